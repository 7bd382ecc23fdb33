package io.quorate.amqp.engine;

import com.google.protobuf.ByteString;
import io.quorate.amqp.protocol.ContentHeader;
import io.quorate.amqp.protocol.ProtocolException;
import io.quorate.amqp.protocol.ReplyCode;
import io.quorate.amqp.protocol.method.BasicAck;
import io.quorate.amqp.protocol.method.BasicNack;
import io.quorate.amqp.protocol.method.BasicPublish;
import io.quorate.amqp.protocol.method.BasicReturn;
import io.quorate.raftqueue.api.Completion;
import io.quorate.raftqueue.api.Definitions;
import io.quorate.raftqueue.api.Message;
import io.quorate.raftqueue.api.Outcome;
import io.quorate.raftqueue.api.QueueRef;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The publishing half of a channel: content assembly, routing, returns and confirms. */
final class Publishing {

  /** How long a message without a queue counts as unroutable without asking the leader again. */
  private static final long EMPTY_ROUTE_NANOS = 500_000_000L;

  private boolean refreshed;
  private long refreshedAt;

  private final ChannelEngine channel;
  private final ConnectionEngine connection;
  private final EngineContext context;
  private final ContentAssembly assembly;
  // null until confirm.select
  private @Nullable ConfirmTracker confirms;
  // counted as started, but neither sent to the store nor returned yet
  private long waitingBytes;
  private boolean abandoned;

  Publishing(ChannelEngine channel) {
    this.channel = channel;
    this.connection = channel.connection();
    this.context = connection.context();
    this.assembly =
        new ContentAssembly(
            context.config().maxMessageBytes(), connection.intake()::unfinishedContent);
  }

  void confirmSelect() {
    if (confirms == null) {
      confirms = new ConfirmTracker();
    }
  }

  // ---- content

  void requireNoContentExpected() {
    assembly.requireNoContentExpected();
  }

  void begin(BasicPublish publish) {
    assembly.begin(publish);
  }

  void onHeader(ByteBuffer payload) {
    assembly.requireHeaderExpected();
    accept(assembly.onHeader(ContentHeader.read(payload)));
  }

  void onBody(ByteString part) {
    accept(assembly.onBody(part));
  }

  private void accept(ContentAssembly.@Nullable Content content) {
    if (content == null) {
      return;
    }
    ProtocolException refusal = content.refusal();
    if (refusal != null) {
      channel.submit(
          content.publish(),
          () -> {
            throw refusal;
          });
      return;
    }
    connection.intake().publishStarted(content.sizeBytes());
    waitingBytes += content.sizeBytes();
    channel.submit(content.publish(), () -> publish(content));
  }

  // ---- routing

  private void publish(ContentAssembly.Content content) {
    BasicPublish publish = content.publish();
    if (publish.immediate()) {
      throw ProtocolException.of(ReplyCode.NOT_IMPLEMENTED, "immediate=true");
    }
    ContentHeader header = content.header();
    PublishedProperties.check(header, connection.user());
    ByteString properties = PublishedProperties.forConsumers(header, channel.replies());
    List<QueueRef> queues = route(content);
    if (queues != null && (!queues.isEmpty() || emptyRoutesAreSure())) {
      send(content, properties, queues);
      return;
    }
    channel.awaitDone(
        context.store().refreshDefinitions(),
        () -> {
          refreshedAt = context.nanoClock().getAsLong();
          refreshed = true;
          List<QueueRef> found = route(content);
          if (found == null) {
            throw Errors.noExchange(publish.exchange(), connection.vhost());
          }
          send(content, properties, found);
        });
  }

  /** This node may have missed a declaration or a binding: it looks again, now and then. */
  private boolean emptyRoutesAreSure() {
    return refreshed && context.nanoClock().getAsLong() - refreshedAt < EMPTY_ROUTE_NANOS;
  }

  /** The queues a message goes to, or null if the exchange does not exist. */
  private @Nullable List<QueueRef> route(ContentAssembly.Content content) {
    BasicPublish publish = content.publish();
    Definitions definitions = context.store().definitions();
    String vhost = connection.vhost();
    if (!publish.exchange().isEmpty()) {
      var exchange = definitions.exchange(vhost, publish.exchange());
      if (exchange == null) {
        return null;
      }
      if (exchange.internal()) {
        throw ProtocolException.of(
            ReplyCode.ACCESS_REFUSED,
            "cannot publish to internal exchange '%s' in vhost '%s'"
                .formatted(publish.exchange(), vhost));
      }
    }
    ContentHeader header = content.header();
    List<String> keys = PublishedProperties.routingKeys(publish.routingKey(), header);
    PublishedMessage message = new PublishedMessage(publish.routingKey(), header);
    List<QueueRef> queues =
        keys.size() == 1
            ? definitions.route(vhost, publish.exchange(), keys.get(0), message)
            : definitions.route(vhost, publish.exchange(), keys, message);
    return queues == null ? null : withoutLost(queues);
  }

  /**
   * Without the queues in the memory of a node that was given up: they must not make confirms of
   * what the other queues got into nacks, and without any other the message is unroutable.
   */
  private List<QueueRef> withoutLost(List<QueueRef> queues) {
    for (int i = 0; i < queues.size(); i++) {
      if (isLost(queues.get(i))) {
        return queues.stream().filter(queue -> !isLost(queue)).toList();
      }
    }
    return queues;
  }

  private boolean isLost(QueueRef queue) {
    return !queue.replicated() && context.store().isLost(queue);
  }

  private void send(ContentAssembly.Content content, ByteString properties, List<QueueRef> queues) {
    BasicPublish publish = content.publish();
    context.metrics().published();
    waitingBytes -= content.sizeBytes();
    long sequence = confirms == null ? 0 : confirms.begin();
    if (queues.isEmpty()) {
      context.metrics().unroutable();
      if (publish.mandatory()) {
        context.metrics().returned();
        connection
            .transport()
            .writeContent(
                channel.number(),
                new BasicReturn(
                    ReplyCode.NO_ROUTE.code(),
                    ReplyCode.NO_ROUTE.name(),
                    publish.exchange(),
                    publish.routingKey()),
                properties,
                content.body());
      }
      connection.intake().publishFinished(content.sizeBytes());
      confirm(sequence, true);
      return;
    }
    connection.intake().holdBackIfStoreIsFull();
    context
        .store()
        .publish(
            new Message(publish.exchange(), publish.routingKey(), properties, content.body()),
            queues,
            new Publish(sequence, content.sizeBytes(), context.nanoClock().getAsLong()));
  }

  // ---- confirms

  private void confirm(long sequence, boolean accepted) {
    ConfirmTracker tracker = confirms;
    if (tracker != null && sequence > 0) {
      tracker.complete(sequence, accepted);
      channel.touch();
    }
  }

  void flushConfirms() {
    ConfirmTracker tracker = confirms;
    if (tracker != null && tracker.hasOutput()) {
      tracker.flush(output);
    }
  }

  private final ConfirmTracker.Output output =
      new ConfirmTracker.Output() {
        @Override
        public void ack(long sequence, boolean multiple, int count) {
          context.metrics().confirmed(count);
          connection.transport().writeMethod(channel.number(), new BasicAck(sequence, multiple));
        }

        @Override
        public void nack(long sequence) {
          context.metrics().refused(1);
          connection
              .transport()
              .writeMethod(channel.number(), new BasicNack(sequence, false, false));
        }
      };

  /** The channel is gone: nobody waits for confirms. */
  void abandon() {
    abandoned = true;
    assembly.abandon();
    connection.intake().publishFinished(waitingBytes);
    waitingBytes = 0;
  }

  /** A message on its way through the store. */
  private final class Publish extends Mail implements Completion {
    private final long sequence;
    private final long sizeBytes;
    private final long startedNanos;
    private volatile Outcome outcome = Outcome.UNKNOWN;

    Publish(long sequence, long sizeBytes, long startedNanos) {
      this.sequence = sequence;
      this.sizeBytes = sizeBytes;
      this.startedNanos = startedNanos;
    }

    @Override
    public void done(Outcome how) {
      outcome = how;
      connection.mailbox().post(this);
    }

    @Override
    void deliver() {
      connection.intake().publishFinished(sizeBytes);
      context.metrics().publishAnswered(context.nanoClock().getAsLong() - startedNanos);
      if (abandoned || sequence == 0) {
        return;
      }
      switch (outcome) {
        case ACCEPTED -> confirm(sequence, true);
        case REJECTED -> confirm(sequence, false);
        case UNKNOWN -> connection.fail(Errors.shuttingDown(), null);
      }
    }
  }
}
