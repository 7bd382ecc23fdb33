package io.quorate.amqp.engine;

import io.quorate.amqp.protocol.ProtocolException;
import io.quorate.amqp.protocol.ReplyCode;
import io.quorate.amqp.protocol.method.BasicCancel;
import io.quorate.amqp.protocol.method.BasicCancelOk;
import io.quorate.amqp.protocol.method.BasicConsume;
import io.quorate.amqp.protocol.method.BasicConsumeOk;
import io.quorate.raftqueue.api.DeleteCondition;
import io.quorate.raftqueue.api.Delivery;
import io.quorate.raftqueue.api.QueueDefinition;
import io.quorate.raftqueue.api.Subscription;
import io.quorate.raftqueue.api.SubscriptionSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The consumers of a channel: from {@code basic.consume} to the end of their subscriptions. */
final class Consuming implements Consumer.Events {

  private final ChannelEngine channel;
  private final EngineContext context;
  private final Settlements settlements;
  private final Deliveries deliveries;
  private final Map<String, Consumer> consumers = new LinkedHashMap<>();
  private final List<Consumer> creditWanted = new ArrayList<>();
  // prefetch of consumers to come; 0 is no limit of the client's
  private int prefetch;
  // subscriptions that are being cancelled
  private int ending;
  private boolean released;
  private @Nullable Runnable whenReleased;

  Consuming(ChannelEngine channel, Settlements settlements) {
    this.channel = channel;
    this.context = channel.connection().context();
    this.settlements = settlements;
    this.deliveries = new Deliveries(channel, settlements);
  }

  Deliveries deliveries() {
    return deliveries;
  }

  /**
   * {@code basic.qos}: for consumers to come, or with {@code global} for the channel at once; as in
   * RabbitMQ, one for consumers to come ends the channel's limit.
   */
  void setPrefetch(int count, boolean global) {
    if (!global) {
      prefetch = count;
    }
    deliveries.setChannelPrefetch(global ? count : 0);
    wantCreditForAll();
  }

  void consume(BasicConsume method, QueueDefinition queue) {
    String tag =
        method.consumerTag().isEmpty() ? context.names().next("amq.ctag-") : method.consumerTag();
    if (consumers.containsKey(tag)) {
      throw ProtocolException.of(
          ReplyCode.NOT_ALLOWED, "attempt to reuse consumer tag '%s'".formatted(tag));
    }
    ConsumeArguments.check(method.arguments());
    long priority = ConsumeArguments.priority(method.arguments(), queue);
    Consumer consumer =
        new Consumer(
            tag,
            queue,
            method.noAck(),
            prefetch == 0 ? context.config().unlimitedPrefetch() : prefetch,
            new CreditWindow(
                context.config().deliveryWindowMessages(), context.config().deliveryWindowBytes()));
    consumers.put(tag, consumer);
    // Without acks only when the client is known to be there: what is given is gone.
    int credit =
        writable() && !method.noAck() ? consumer.window.grant(deliveries.room(consumer)) : 0;
    channel.awaitOutcome(
        channel
            .store()
            .subscribe(
                queue.ref(),
                new SubscriptionSpec(
                    method.noAck(),
                    method.exclusive(),
                    priority,
                    credit,
                    consumer.window.maxBytes()),
                consumer.listener(channel.connection().mailbox(), this)),
        (subscription, error) -> subscribed(consumer, method.noWait(), subscription, error),
        late -> {
          consumer.attached(late);
          context.metrics().consumerStarted();
          end(consumer, () -> {});
        });
  }

  private void subscribed(
      Consumer consumer,
      boolean noWait,
      @Nullable Subscription subscription,
      @Nullable Throwable error) {
    if (subscription == null) {
      consumers.remove(consumer.tag);
      consumer.state = Consumer.State.ENDED;
      ProtocolException refusal =
          Errors.fromStore(
              error == null ? new IllegalStateException("no subscription and no error") : error);
      throw refusal.replyCode() == ReplyCode.ACCESS_REFUSED
          ? Errors.exclusiveUse(consumer.queue)
          : refusal;
    }
    consumer.attached(subscription);
    context.metrics().consumerStarted();
    channel.answer(
        () -> {
          if (!noWait) {
            channel
                .connection()
                .transport()
                .writeMethod(channel.number(), new BasicConsumeOk(consumer.tag));
          }
          activate(consumer);
        });
  }

  private void activate(Consumer consumer) {
    consumer.state = Consumer.State.ACTIVE;
    List<Delivery> early = List.copyOf(consumer.early);
    consumer.early.clear();
    if (!early.isEmpty()) {
      deliver(consumer, early);
    }
    if (consumer.queueDeleted) {
      onQueueDeleted(consumer);
    } else {
      wantCredit(consumer);
    }
  }

  /** Whether a consumer of this channel consumes from this queue. */
  boolean isConsuming(QueueDefinition queue) {
    return consumers.values().stream().anyMatch(one -> one.queue.ref().equals(queue.ref()));
  }

  /** {@code basic.cancel}: an unknown tag is no error. */
  void cancel(BasicCancel method) {
    Consumer consumer = consumers.remove(method.consumerTag());
    BasicCancelOk ok = new BasicCancelOk(method.consumerTag());
    if (consumer == null) {
      channel.replyUnless(method.noWait(), ok);
      return;
    }
    grantAll(consumer);
    CompletableFuture<Boolean> ended = new CompletableFuture<>();
    channel.await(ended, done -> channel.replyUnless(method.noWait(), ok));
    end(consumer, () -> ended.complete(true));
  }

  // ---- what the store says

  @Override
  public void onDeliveries(Consumer consumer, List<Delivery> run) {
    switch (consumer.state) {
      case STARTING -> consumer.early.addAll(run);
      case ACTIVE, ENDING -> {
        if (channel.isOpen()) {
          deliver(consumer, run);
        } else {
          consumer.early.addAll(run);
        }
      }
      case ENDED -> {
        // the subscription was refused or its queue deleted: nobody holds these
      }
    }
  }

  private void deliver(Consumer consumer, List<Delivery> run) {
    deliveries.deliver(consumer, run);
    wantCredit(consumer);
  }

  @Override
  public void onQueueDeleted(Consumer consumer) {
    switch (consumer.state) {
      case STARTING -> consumer.queueDeleted = true;
      case ACTIVE -> {
        consumer.queueDeleted = true;
        consumer.state = Consumer.State.ENDED;
        consumers.remove(consumer.tag);
        context.metrics().consumerEnded();
        deliveries.returnParked(consumer);
        if (channel.isOpen() && channel.connection().clientCan("consumer_cancel_notify")) {
          channel
              .connection()
              .transport()
              .writeMethod(channel.number(), new BasicCancel(consumer.tag, true));
        }
      }
      case ENDING -> consumer.queueDeleted = true;
      case ENDED -> {
        // its end was told before
      }
    }
  }

  // ---- credit

  void wantCredit(Consumer consumer) {
    if (!consumer.wantsCredit) {
      consumer.wantsCredit = true;
      creditWanted.add(consumer);
      channel.touch();
    }
  }

  void wantCreditForAll() {
    consumers.values().forEach(this::wantCredit);
    channel.touch();
  }

  /** Grants what this burst has freed; nothing while the socket is full. */
  void grantCredit() {
    if (creditWanted.isEmpty() || !writable()) {
      return;
    }
    for (Consumer consumer : creditWanted) {
      consumer.wantsCredit = false;
      if (consumer.state == Consumer.State.ACTIVE) {
        int credit = consumer.window.grant(deliveries.room(consumer));
        if (credit > 0 || consumer.window.worthTelling()) {
          consumer.subscription().grant(credit, consumer.window.takeWritten());
        }
      }
    }
    creditWanted.clear();
  }

  /** What its acks have made room for is its own, although it is about to end. */
  private void grantAll(Consumer consumer) {
    if (consumer.state == Consumer.State.ACTIVE && writable()) {
      int credit = consumer.window.grantAll(deliveries.room(consumer));
      if (credit > 0) {
        consumer.subscription().grant(credit, consumer.window.takeWritten());
      }
    }
  }

  private boolean writable() {
    return channel.connection().transport().isWritable();
  }

  // ---- the end

  /** The channel is gone: ends all subscriptions, then gives everything back. */
  void release(Runnable whenDone) {
    whenReleased = whenDone;
    ending++;
    for (Consumer consumer : List.copyOf(consumers.values())) {
      // one that is not attached yet ends when its subscription comes
      if (consumer.isAttached()) {
        end(consumer, () -> {});
      }
    }
    consumers.clear();
    creditWanted.clear();
    oneEnded();
  }

  boolean isReleased() {
    return released;
  }

  private void end(Consumer consumer, Runnable then) {
    consumer.state = Consumer.State.ENDING;
    ending++;
    channel
        .connection()
        .mailbox()
        .post(
            consumer.subscription().cancel(),
            (done, error) -> {
              consumer.state = Consumer.State.ENDED;
              context.metrics().consumerEnded();
              returnUnsent(consumer);
              deleteQueueIfLast(
                  consumer,
                  () -> {
                    then.run();
                    oneEnded();
                  });
            });
  }

  private void returnUnsent(Consumer consumer) {
    deliveries.returnParked(consumer);
    if (!consumer.autoSettle) {
      consumer.early.forEach(
          delivery -> settlements.giveBack(consumer.holder(), delivery.position()));
    }
    consumer.early.clear();
    channel.touch();
  }

  /** An auto-delete queue goes with its last consumer. */
  private void deleteQueueIfLast(Consumer consumer, Runnable then) {
    if (!consumer.queue.autoDelete() || consumer.queueDeleted) {
      then.run();
      return;
    }
    // refused if another consumes from it, on whatever node
    CompletableFuture<?> deleted =
        channel.store().delete(consumer.queue.ref(), DeleteCondition.LAST_CONSUMER_GONE);
    channel.connection().mailbox().post(deleted, (done, error) -> then.run());
  }

  private void oneEnded() {
    ending--;
    Runnable done = whenReleased;
    if (ending == 0 && done != null && !released) {
      deliveries.returnAll();
      settlements.flush(true);
      released = true;
      done.run();
    }
  }
}
