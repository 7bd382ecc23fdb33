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
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The publishing half of a channel: content assembly, routing, returns and confirms. */
final class Publishing {

  /** How long a message without a queue counts as unroutable without asking the leader again. */
  private static final long EMPTY_ROUTE_NANOS = 500_000_000L;

  /**
   * A message and where it goes. Without its header as it came: what of that was decoded for
   * routing takes memory that nobody counts, and a transaction may hold many messages.
   *
   * @param sizeBytes what it counts against the connection's bound
   */
  record Routed(
      BasicPublish publish,
      ByteString properties,
      ByteString body,
      long sizeBytes,
      List<QueueRef> queues) {
    Routed to(List<QueueRef> others) {
      return new Routed(publish, properties, body, sizeBytes, others);
    }
  }

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

  boolean isConfirming() {
    return confirms != null;
  }

  void confirmSelect() {
    if (channel.transaction().isSelected()) {
      throw Errors.precondition("cannot switch from tx to confirm mode");
    }
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
          0,
          () -> {
            requireNotImmediate(content.publish());
            throw refusal;
          });
      return;
    }
    connection.intake().publishStarted(content.sizeBytes());
    waitingBytes += content.sizeBytes();
    channel.submit(content.publish(), 0, () -> publish(content));
  }

  // ---- routing

  // in RabbitMQ's order of checks: the exchange, direct replies, user and expiration, CC and BCC
  private void publish(ContentAssembly.Content content) {
    BasicPublish publish = content.publish();
    requireNotImmediate(publish);
    if (exchangeExists(publish.exchange())) {
      publishToExchange(content);
      return;
    }
    refresh(
        () -> {
          if (!exchangeExists(publish.exchange())) {
            throw Errors.noExchange(publish.exchange(), connection.vhost());
          }
          publishToExchange(content);
        });
  }

  private static void requireNotImmediate(BasicPublish publish) {
    if (publish.immediate()) {
      throw Errors.notImplemented("immediate=true");
    }
  }

  private boolean exchangeExists(String name) {
    if (name.isEmpty()) {
      return true;
    }
    var exchange = context.store().definitions().exchange(connection.vhost(), name);
    if (exchange != null && exchange.internal()) {
      throw ProtocolException.of(
          ReplyCode.ACCESS_REFUSED,
          "cannot publish to internal exchange '%s' in vhost '%s'"
              .formatted(name, connection.vhost()));
    }
    return exchange != null;
  }

  private void publishToExchange(ContentAssembly.Content content) {
    ContentHeader header = content.header();
    ByteString properties = PublishedProperties.forConsumers(header, channel.replies());
    PublishedProperties.check(header, connection.user());
    List<QueueRef> queues = route(content);
    if (queues != null && (!queues.isEmpty() || emptyRoutesAreSure())) {
      sendOrHold(routed(content, properties, queues));
      return;
    }
    refresh(
        () -> {
          List<QueueRef> found = route(content);
          if (found == null) {
            throw Errors.noExchange(content.publish().exchange(), connection.vhost());
          }
          sendOrHold(routed(content, properties, found));
        });
  }

  private static Routed routed(
      ContentAssembly.Content content, ByteString properties, List<QueueRef> queues) {
    return new Routed(content.publish(), properties, content.body(), content.sizeBytes(), queues);
  }

  private void refresh(Runnable then) {
    channel.awaitDone(
        context.store().refreshDefinitions(),
        () -> {
          refreshedAt = context.nanoClock().getAsLong();
          refreshed = true;
          then.run();
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

  /** Of the queues that a message was routed to a while ago, those that are there now. */
  private List<QueueRef> stillThere(List<QueueRef> queues) {
    Definitions definitions = context.store().definitions();
    return withoutLost(
        queues.stream().filter(queue -> definitions.queue(queue.id()) != null).toList());
  }

  private boolean isLost(QueueRef queue) {
    return !queue.replicated() && context.store().isLost(queue);
  }

  private void sendOrHold(Routed message) {
    long size = message.sizeBytes();
    waitingBytes -= size;
    if (channel.transaction().isSelected()) {
      // not on its way to the store: a commit must still be read
      connection.intake().publishFinished(size);
      channel.transaction().hold(message);
    } else {
      send(message, nextConfirm());
    }
  }

  /** Sends what a transaction held; the future tells whether everything was accepted. */
  CompletableFuture<Boolean> commit(List<Routed> messages) {
    CommitTracker tracker = new CommitTracker(messages.size());
    for (Routed message : messages) {
      connection.intake().publishStarted(message.sizeBytes());
      send(message.to(stillThere(message.queues())), tracker::complete);
    }
    return tracker.whenComplete();
  }

  /**
   * @param answer null if nobody waits for it
   */
  private void send(Routed message, @Nullable Answer answer) {
    BasicPublish publish = message.publish();
    context.metrics().published();
    if (message.queues().isEmpty()) {
      context.metrics().unroutable();
      if (publish.mandatory()) {
        returnUnroutable(message);
      }
      connection.intake().publishFinished(message.sizeBytes());
      if (answer != null) {
        answer.complete(true);
      }
      return;
    }
    connection.intake().holdBackIfStoreIsFull();
    context
        .store()
        .publish(
            new Message(
                publish.exchange(), publish.routingKey(), message.properties(), message.body()),
            message.queues(),
            new Publish(answer, message.sizeBytes(), context.nanoClock().getAsLong()));
  }

  private void returnUnroutable(Routed message) {
    BasicPublish publish = message.publish();
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
            message.properties(),
            message.body());
  }

  // ---- confirms

  /** What confirms the next message; null if the client did not ask for confirms. */
  private @Nullable Answer nextConfirm() {
    ConfirmTracker tracker = confirms;
    if (tracker == null) {
      return null;
    }
    long sequence = tracker.begin();
    return accepted -> {
      tracker.complete(sequence, accepted);
      channel.touch();
    };
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

  /** Told on the connection's thread what became of a message. */
  private interface Answer {
    void complete(boolean accepted);
  }

  /** A message on its way through the store. */
  private final class Publish extends Mail implements Completion {
    private final @Nullable Answer answer;
    private final long sizeBytes;
    private final long startedNanos;
    private volatile Outcome outcome = Outcome.UNKNOWN;

    Publish(@Nullable Answer answer, long sizeBytes, long startedNanos) {
      this.answer = answer;
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
      if (abandoned || answer == null) {
        return;
      }
      switch (outcome) {
        case ACCEPTED -> answer.complete(true);
        case REJECTED -> answer.complete(false);
        case UNKNOWN -> connection.fail(Errors.shuttingDown(), null);
      }
    }
  }
}
