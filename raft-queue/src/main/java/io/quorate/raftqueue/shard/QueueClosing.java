package io.quorate.raftqueue.shard;

import io.quorate.link.v1.Close;
import io.quorate.log.v1.CloseQueue;
import io.quorate.log.v1.CreateQueue;
import io.quorate.log.v1.MarkConsumed;
import io.quorate.log.v1.Operation;
import io.quorate.raftqueue.queue.QueueState;
import io.quorate.raftqueue.queue.ShardState;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides that a queue is to be deleted, where that depends on its messages or consumers. The
 * decision is an entry in the shard's log: it closes the queue, which takes no message and no
 * consumer from then on, whoever leads; its definition goes after that.
 */
final class QueueClosing {

  /** What became of the wish to close a queue. */
  enum Decision {
    /** Not decided yet: ask again. */
    OPEN,
    CLOSED,
    IN_USE,
    NOT_EMPTY,
    /** It is not to go with its last consumer: it has had none since it was declared. */
    NOT_CONSUMED
  }

  private final ShardState state;
  private final DeliveryEngine delivery;
  private final BatchPipeline pipeline;
  private final QueueCatalog catalog;
  private final BooleanSupplier consumersKnown;

  /** Queues with a consumer that may not be noted in the log. */
  private final Set<Long> unmarked = new HashSet<>();

  /**
   * @param consumersKnown whether a consumer that has not been handed over by now will not be
   */
  QueueClosing(
      ShardState state,
      DeliveryEngine delivery,
      BatchPipeline pipeline,
      QueueCatalog catalog,
      BooleanSupplier consumersKnown) {
    this.state = state;
    this.delivery = delivery;
    this.pipeline = pipeline;
    this.catalog = catalog;
    this.consumersKnown = consumersKnown;
  }

  boolean isClosed(long queueId) {
    QueueState messages = state.queue(queueId);
    return messages != null && messages.closed();
  }

  /** Has the queue closed if it may be. */
  Decision close(Close wish) {
    if (isClosed(wish.getQueueId())) {
      return Decision.CLOSED;
    }
    QueueState messages = state.queue(wish.getQueueId());
    QueueDelivery queue = delivery.queue(wish.getQueueId());
    Decision against = against(wish, queue, messages);
    if (against == null && !queue.closing) {
      // What is under way to the queue is not counted here; if it comes first, it is looked again.
      long next = messages == null ? 1 : messages.nextPosition();
      propose(queue, wish.getIfEmpty() ? next : 0);
    }
    return against == null ? Decision.OPEN : against;
  }

  private @Nullable Decision against(
      Close wish, QueueDelivery queue, @Nullable QueueState messages) {
    if (wish.getIfConsumed()) {
      if (messages == null || !messages.consumed()) {
        return Decision.NOT_CONSUMED;
      }
      if (queue.unmarkingConsumed) {
        return Decision.OPEN;
      }
    }
    if (wish.getIfUnused()) {
      if (queue.consumerCount() > 0) {
        return Decision.IN_USE;
      }
      if (!consumersKnown.getAsBoolean()) {
        return Decision.OPEN;
      }
    }
    if (wish.getIfEmpty()) {
      if (delivery.ready(queue) > 0) {
        return Decision.NOT_EMPTY;
      }
      if (queue.anyReturning()) {
        return Decision.OPEN; // it is ready in a moment
      }
    }
    return null;
  }

  private void propose(QueueDelivery queue, long ifNextPosition) {
    queue.closing = true;
    createIfMissing(queue.queueId());
    pipeline.add(
        null,
        Operation.newBuilder()
            .setCloseQueue(
                CloseQueue.newBuilder()
                    .setQueueId(queue.queueId())
                    .setIfNextPosition(ifNextPosition))
            .build());
  }

  private void createIfMissing(long queueId) {
    if (state.queue(queueId) == null) {
      pipeline.add(
          null,
          Operation.newBuilder()
              .setCreateQueue(CreateQueue.newBuilder().setQueueId(queueId))
              .build());
    }
  }

  /** A decision is in the log. */
  void decided(QueueState messages) {
    delivery.queue(messages.id()).closing = false;
    if (messages.closed()) {
      catalog.delete(messages.id());
    }
  }

  /** An earlier leader may not have come to it. */
  void deleteClosed() {
    for (QueueState queue : state.queues()) {
      if (queue.closed() && catalog.exists(queue.id())) {
        catalog.delete(queue.id());
      }
    }
  }

  /** Auto-delete queues whose last consumer has gone with its node go too. */
  void closeAbandoned() {
    for (QueueState messages : List.copyOf(state.queues())) {
      if (messages.consumed() && !messages.closed() && catalog.autoDelete(messages.id())) {
        QueueDelivery queue = delivery.queue(messages.id());
        if (queue.consumerCount() == 0 && !queue.closing && !queue.unmarkingConsumed) {
          propose(queue, 0);
        }
      }
    }
  }

  /**
   * Notes in the log that an auto-delete queue has a consumer, so that the next leader knows even
   * if it does not hear of the consumer any more.
   *
   * @return whether it is noted: a consumer is told so only then
   */
  boolean markConsumed(long queueId) {
    QueueState known = state.queue(queueId);
    QueueDelivery queue = delivery.queue(queueId);
    if (known != null && known.consumed()) {
      return !queue.unmarkingConsumed;
    }
    queue.unmarkingConsumed = false;
    if (!queue.markingConsumed) {
      queue.markingConsumed = true;
      createIfMissing(queueId);
      pipeline.add(null, mark(queueId, false));
    }
    return false;
  }

  /**
   * A queue has been declared again. If all its consumers were on nodes that cannot be reached, it
   * is for whoever declared it to consume from it, and it does not go with those that it has lost.
   *
   * @return whether that is settled
   */
  boolean declaredAgain(long queueId) {
    QueueState known = state.queue(queueId);
    QueueDelivery queue = delivery.queue(queueId);
    if (known == null || !known.consumed()) {
      queue.unmarkingConsumed = false;
      return true;
    }
    if (queue.unmarkingConsumed) {
      return false;
    }
    if (!catalog.autoDelete(queueId) || queue.anyConnected()) {
      return true;
    }
    queue.unmarkingConsumed = true;
    queue.markingConsumed = false;
    pipeline.add(null, mark(queueId, true));
    return false;
  }

  /** A consumer has been handed over whose queue may have lost its mark meanwhile. */
  void handedOver(long queueId) {
    if (catalog.autoDelete(queueId)) {
      unmarked.add(queueId);
    }
  }

  void endOfTurn() {
    if (!unmarked.isEmpty()) {
      unmarked.removeIf(id -> !catalog.exists(id) || isClosed(id) || markConsumed(id));
    }
  }

  private static Operation mark(long queueId, boolean undone) {
    return Operation.newBuilder()
        .setMarkConsumed(MarkConsumed.newBuilder().setQueueId(queueId).setUndone(undone))
        .build();
  }
}
