package io.quorate.raftqueue.shard;

import io.quorate.link.v1.DeliveryRecord;
import io.quorate.link.v1.GetReply;
import io.quorate.link.v1.Reply;
import io.quorate.log.v1.Horizon;
import io.quorate.log.v1.Operation;
import io.quorate.log.v1.Settle;
import io.quorate.raftqueue.queue.QueueState;
import io.quorate.raftqueue.queue.QueuedMessage;
import io.quorate.raftqueue.queue.ShardState;
import io.quorate.raftqueue.raft.RaftGroup;
import io.quorate.raftqueue.shard.QueueDelivery.Checkout;
import io.quorate.raftqueue.shard.QueueDelivery.PendingGet;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives ready messages to those who want them. Two rules make a failover safe: nothing is delivered
 * while the leader's lease is not valid, and nothing beyond the queue's horizon. What is settled as
 * it is sent (auto-settle) is settled first, so it is delivered at most once.
 */
final class DeliveryEngine {

  private final ShardState state;
  private final RaftGroup group;
  private final Loop loop;
  private final BatchPipeline pipeline;
  private final ShardSettings settings;
  private final BooleanSupplier stillLeads;
  private final Map<Long, QueueDelivery> queues = new HashMap<>();
  private final ArrayDeque<QueueDelivery> dirty = new ArrayDeque<>();
  private boolean open;
  private boolean suspended;
  private boolean retryScheduled;

  DeliveryEngine(
      ShardState state,
      RaftGroup group,
      Loop loop,
      BatchPipeline pipeline,
      ShardSettings settings,
      BooleanSupplier stillLeads) {
    this.state = state;
    this.group = group;
    this.loop = loop;
    this.pipeline = pipeline;
    this.settings = settings;
    this.stillLeads = stillLeads;
    state.queues().forEach(queue -> queues.put(queue.id(), delivery(queue.id(), queue)));
  }

  /** What is known of a queue; a queue that nobody used yet has an empty one. */
  QueueDelivery queue(long id) {
    return queues.computeIfAbsent(id, key -> delivery(key, state.queue(key)));
  }

  private QueueDelivery delivery(long id, @Nullable QueueState messages) {
    return new QueueDelivery(
        id, messages, new HorizonStep(settings.horizonLeast(), settings.horizonMost()));
  }

  @Nullable QueueDelivery find(long id) {
    return queues.get(id);
  }

  Iterable<QueueDelivery> all() {
    return queues.values();
  }

  void forget(long id) {
    queues.remove(id);
  }

  /** Deliveries may begin: the frontends have said what their consumers hold. */
  void open() {
    open = true;
    queues.values().forEach(this::touch);
  }

  /** Stops deliveries while the leadership is being handed over. */
  void suspend(boolean suspend) {
    suspended = suspend;
  }

  boolean isOpen() {
    return open;
  }

  /** Something about the queue changed: look at it at the end of the turn. */
  void touch(QueueDelivery queue) {
    if (!queue.dirty) {
      queue.dirty = true;
      dirty.add(queue);
    }
  }

  /** A frontend's link takes more again: looks at every queue that somebody wants something of. */
  void touchWanted() {
    for (QueueDelivery queue : queues.values()) {
      if (queue.peekGet() != null || queue.anyHungry()) {
        touch(queue);
      }
    }
  }

  /** Delivers what can be delivered. */
  void run() {
    if (!open || suspended || dirty.isEmpty()) {
      return;
    }
    // In this order: the lease may be that of this replica's next leadership already, which knows
    // of
    // settles that the loop has not come to; then this one is known to be over.
    if (!group.leaseValid() || !stillLeads.getAsBoolean()) {
      retryLater();
      return;
    }
    QueueDelivery queue;
    while ((queue = dirty.poll()) != null) {
      queue.dirty = false;
      serve(queue);
    }
  }

  private void retryLater() {
    if (!retryScheduled) {
      retryScheduled = true;
      loop.schedule(() -> retryScheduled = false, settings.leaseRetryMs());
    }
  }

  private void serve(QueueDelivery queue) {
    QueueState messages = state.queue(queue.queueId());
    if (messages == null) { // nobody has put anything into it yet
      answerEmpty(queue);
      return;
    }
    while (queue.anyHungry() || queue.peekGet() != null) {
      long position = queue.peekReady(messages);
      if (position < 0) {
        answerEmpty(queue);
        return;
      }
      QueuedMessage message = messages.get(position);
      if (message == null) {
        load(queue, messages, position);
        return; // until it is there
      }
      // Consumers first: one that waits would have had it before anybody could ask for it.
      boolean given =
          queue.anyHungry()
              ? giveToConsumer(queue, messages, message)
              : giveToGet(queue, messages, message);
      if (!given) {
        return; // until the horizon has been raised
      }
      state.loadAhead(messages, position);
    }
  }

  /** A message is in a page: the queue is served again when it has come back. */
  private void load(QueueDelivery queue, QueueState messages, long position) {
    if (!queue.loading) {
      queue.loading = true;
      state.load(
          messages,
          position,
          () -> {
            queue.loading = false;
            touch(queue);
          });
      state.loadAhead(messages, position);
    }
  }

  private boolean giveToGet(QueueDelivery queue, QueueState messages, QueuedMessage message) {
    PendingGet get = Objects.requireNonNull(queue.peekGet());
    if (!get.autoSettle() && !withinHorizon(queue, messages, message)) {
      return false;
    }
    queue.gets.remove(get);
    give(queue, message, puller(get, queue), get, get.autoSettle());
    return true;
  }

  private boolean giveToConsumer(QueueDelivery queue, QueueState messages, QueuedMessage message) {
    ConsumerState consumer = queue.nextHungry();
    if (consumer == null || (!consumer.autoSettle() && !withinHorizon(queue, messages, message))) {
      return false;
    }
    give(queue, message, consumer, null, consumer.autoSettle());
    return true;
  }

  private static ConsumerState puller(PendingGet get, QueueDelivery queue) {
    return get.attachment()
        .consumers()
        .computeIfAbsent(
            get.holder(),
            id ->
                new ConsumerState(
                    get.attachment(),
                    io.quorate.link.v1.SubscriptionState.newBuilder()
                        .setId(id)
                        .setQueueId(queue.queueId())
                        .setPull(true)
                        .build()));
  }

  private void give(
      QueueDelivery queue,
      QueuedMessage message,
      ConsumerState consumer,
      @Nullable PendingGet get,
      boolean autoSettle) {
    queue.checkOut(
        message.position(), new Checkout(consumer, false, autoSettle ? message : null, get));
    if (get == null) {
      consumer.credit--;
      consumer.untakenBytes += message.payloadBytes();
    }
    if (autoSettle) {
      pipeline.add(
          null,
          Operation.newBuilder()
              .setSettle(
                  Settle.newBuilder().setQueueId(queue.queueId()).addPositions(message.position()))
              .build());
      return; // sent when it has been settled
    }
    send(queue, message, consumer, get);
  }

  /**
   * A message that was out has left the queue: if it was to be settled before it is sent, send it
   * now.
   *
   * @return the consumer that it was sent to, or null
   */
  @Nullable ConsumerState settled(QueueState state, long position) {
    QueueDelivery queue = queues.get(state.id());
    if (queue == null) {
      return null;
    }
    Checkout checkout = queue.peekOut(position);
    QueuedMessage message = checkout == null ? null : checkout.settling();
    boolean flagged = message != null && queue.mayHaveBeenDelivered(message);
    queue.settled(position);
    if (checkout == null || message == null) {
      return null;
    }
    sendRecord(queue, record(message, flagged), checkout.consumer(), checkout.get());
    return checkout.consumer();
  }

  private void send(
      QueueDelivery queue,
      QueuedMessage message,
      ConsumerState consumer,
      @Nullable PendingGet get) {
    sendRecord(queue, record(message, queue.mayHaveBeenDelivered(message)), consumer, get);
  }

  private void sendRecord(
      QueueDelivery queue,
      DeliveryRecord record,
      ConsumerState consumer,
      @Nullable PendingGet get) {
    if (get == null) {
      consumer.attachment().deliver(consumer, record);
    } else {
      get.attachment()
          .reply(
              Reply.newBuilder()
                  .setId(get.requestId())
                  .setGet(GetReply.newBuilder().setDelivery(record).setRemaining(ready(queue))));
    }
  }

  static DeliveryRecord record(QueuedMessage message, boolean flagged) {
    return DeliveryRecord.newBuilder()
        .setPosition(message.position())
        .setRedelivered(flagged)
        .setDeliveryCount(message.deliveryCount())
        .setMessage(message.message())
        .build();
  }

  private void answerEmpty(QueueDelivery queue) {
    PendingGet get;
    while ((get = queue.gets.poll()) != null) {
      get.attachment()
          .reply(Reply.newBuilder().setId(get.requestId()).setGet(GetReply.getDefaultInstance()));
    }
  }

  /**
   * Delivers what can be delivered now, as if what was applied before had come at another time.
   *
   * @return false while a consumer waits for a message that the queue's horizon holds back: that
   *     takes an entry of the log. A message that is still in a page is not waited for.
   */
  boolean settleDown(QueueDelivery queue) {
    run();
    QueueState messages = state.queue(queue.queueId());
    if (messages == null || queue.horizonRequested <= messages.horizon() || !queue.anyHungry()) {
      return true;
    }
    long next = queue.peekReady(messages);
    return next < 0 || next <= messages.horizon();
  }

  /** Messages that wait for a consumer. */
  long ready(QueueDelivery queue) {
    QueueState messages = state.queue(queue.queueId());
    return messages == null ? 0 : Math.max(0, messages.count() - queue.outCount());
  }

  /**
   * Asks for a higher horizon when deliveries come near it; false if this message must wait for it.
   */
  private boolean withinHorizon(QueueDelivery queue, QueueState messages, QueuedMessage message) {
    HorizonStep step = queue.horizonStep;
    long position = message.position();
    boolean near = position > messages.horizon() - step.messages() / 2;
    if (near && queue.horizonRequested <= messages.horizon()) {
      queue.horizonRequested = position + step.next(loop.nanoTime(), position > messages.horizon());
      pipeline.add(
          null,
          Operation.newBuilder()
              .setHorizon(
                  Horizon.newBuilder()
                      .setQueueId(queue.queueId())
                      .setPosition(queue.horizonRequested))
              .build());
    }
    if (position <= messages.horizon()) {
      return true;
    }
    step.isWaitedFor();
    return false;
  }
}
