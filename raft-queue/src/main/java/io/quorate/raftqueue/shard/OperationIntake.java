package io.quorate.raftqueue.shard;

import io.quorate.link.v1.Work;
import io.quorate.log.v1.CreateQueue;
import io.quorate.log.v1.Enqueue;
import io.quorate.log.v1.Operation;
import io.quorate.log.v1.Requeue;
import io.quorate.log.v1.Settle;
import io.quorate.raftqueue.queue.ShardState;
import io.quorate.raftqueue.shard.QueueDelivery.Checkout;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Takes in the operations of frontends and has them replicated, with what they need and without
 * what they may not do.
 *
 * <p>Invariant: of each session the next operation is proposed, once and in order; before a message
 * is its queue's creation; a settle or requeue names only what is out with its holder. An operation
 * on a queue that this node's definitions do not know yet holds back all that follow it. Loop
 * thread only.
 */
final class OperationIntake {

  private final ShardState state;
  private final DeliveryEngine delivery;
  private final BatchPipeline pipeline;
  private final QueueCatalog catalog;

  /** Queues whose creation is proposed and not applied yet. */
  private final Set<Long> creating = new HashSet<>();

  OperationIntake(
      ShardState state, DeliveryEngine delivery, BatchPipeline pipeline, QueueCatalog catalog) {
    this.state = state;
    this.delivery = delivery;
    this.pipeline = pipeline;
    this.catalog = catalog;
  }

  void takeAll(Attachment attachment, Work work) {
    for (Operation operation : work.getOperationsList()) {
      if (!attachment.stalled.isEmpty()) {
        attachment.stalled.add(operation);
      } else if (!take(attachment, operation)) {
        attachment.stalled.add(operation);
      }
    }
  }

  /** The definitions have changed: what waited for a queue may go on. */
  void resume(Attachment attachment) {
    while (!attachment.stalled.isEmpty() && take(attachment, attachment.stalled.peek())) {
      attachment.stalled.remove();
    }
  }

  /** Takes in one operation; false if it must wait until this node has heard of its queues. */
  private boolean take(Attachment attachment, Operation operation) {
    if (operation.getSequence() != attachment.lastReceived + 1) {
      return true; // sent twice
    }
    Operation checked = operation;
    switch (operation.getKindCase()) {
      case ENQUEUE -> {
        if (!createMissing(operation.getEnqueue())) {
          return false;
        }
      }
      case SETTLE -> checked = settleOnlyHeldBy(attachment, operation);
      case REQUEUE -> checked = onlyHeldBy(attachment, operation);
      default -> {}
    }
    attachment.lastReceived = operation.getSequence();
    pipeline.add(attachment.session(), checked);
    return true;
  }

  // ---- queues that come into being

  /** Queues come into being with the first message: the definitions say whether they may. */
  private boolean createMissing(Enqueue enqueue) {
    for (int i = 0; i < enqueue.getQueueIdsCount(); i++) {
      long id = enqueue.getQueueIds(i);
      if (exists(id)) {
        continue;
      }
      if (catalog.exists(id)) {
        creating.add(id);
        pipeline.add(
            null,
            Operation.newBuilder().setCreateQueue(CreateQueue.newBuilder().setQueueId(id)).build());
      } else if (id > catalog.lastQueueId()) {
        return false;
      }
    }
    return true;
  }

  /** Whether a queue is there, or will be. */
  boolean exists(long queueId) {
    return state.queue(queueId) != null || creating.contains(queueId);
  }

  void queueDeleted(long queueId) {
    creating.remove(queueId);
  }

  void forgetCreated() {
    creating.removeIf(id -> state.queue(id) != null);
  }

  // ---- what a subscription may settle

  /**
   * A subscription can settle only what is out with it and not on its way back: what was taken from
   * it, because its node was away, may be with another by the time the settle is applied.
   */
  private Operation settleOnlyHeldBy(Attachment attachment, Operation operation) {
    Settle settle = operation.getSettle();
    QueueDelivery queue = delivery.find(settle.getQueueId());
    Predicate<Checkout> meant = meant(attachment, operation);
    Settle.Builder held = null;
    int count = settle.getPositionsCount();
    for (int i = 0; i < count; i++) {
      long position = settle.getPositions(i);
      if (queue != null && queue.canSettle(attachment, settle.getHolder(), position, meant)) {
        if (held != null) {
          held.addPositions(position);
        }
      } else if (held == null) {
        held = settle.toBuilder().clearPositions();
        held.addAllPositions(settle.getPositionsList().subList(0, i));
      }
    }
    return held == null ? operation : operation.toBuilder().setSettle(held).build();
  }

  /** A subscription can give back only what is out with it. */
  private Operation onlyHeldBy(Attachment attachment, Operation operation) {
    Requeue requeue = operation.getRequeue();
    QueueDelivery queue = delivery.find(requeue.getQueueId());
    Predicate<Checkout> meant = meant(attachment, operation);
    Requeue.Builder held = Requeue.newBuilder().setQueueId(requeue.getQueueId());
    for (int i = 0; queue != null && i < requeue.getPositionsCount(); i++) {
      long position = requeue.getPositions(i);
      Checkout checkout = queue.outWith(attachment, requeue.getHolder(), position);
      if (checkout != null && meant.test(checkout) && queue.beginReturn(position)) {
        held.addPositions(position);
      }
    }
    return operation.toBuilder().setRequeue(held).build();
  }

  /**
   * Tells which deliveries an operation can be about. The same message may have come to its
   * subscription again: what was made before the frontend heard that it is attached is about what
   * it held by then, and what is sent again only about what that operation had named.
   */
  private static Predicate<Checkout> meant(Attachment attachment, Operation operation) {
    Set<Checkout> named = attachment.releasing.remove(operation.getSequence());
    if (named != null) {
      return named::contains;
    }
    return operation.getSequence() <= attachment.madeBefore ? Checkout::adopted : checkout -> true;
  }
}
