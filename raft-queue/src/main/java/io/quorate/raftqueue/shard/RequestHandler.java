package io.quorate.raftqueue.shard;

import io.quorate.link.v1.Close;
import io.quorate.link.v1.Empty;
import io.quorate.link.v1.Get;
import io.quorate.link.v1.Reply;
import io.quorate.link.v1.Request;
import io.quorate.link.v1.StatsReply;
import io.quorate.link.v1.SubscriptionState;
import io.quorate.log.v1.Operation;
import io.quorate.log.v1.Purge;
import io.quorate.raftqueue.api.RefusedException.Reason;
import io.quorate.raftqueue.queue.QueueState;
import io.quorate.raftqueue.queue.ShardState;
import io.quorate.raftqueue.shard.QueueDelivery.Checkout;
import io.quorate.raftqueue.shard.QueueDelivery.PendingCancel;
import io.quorate.raftqueue.shard.QueueDelivery.PendingGet;
import io.quorate.raftqueue.shard.QueueDelivery.PendingPurge;

/**
 * Answers what frontends ask of a queue: subscribe, cancel, get, figures, purge. A request runs
 * when the operations its frontend sent before it have been applied, so a get sees what was
 * published before it; and when what they made ready has gone to the consumers that waited for it,
 * so neither a get nor a cancel takes from a consumer what it would have had by then.
 */
final class RequestHandler {

  private final ShardState state;
  private final DeliveryEngine delivery;
  private final BatchPipeline pipeline;
  private final QueueCatalog catalog;
  private final QueueClosing closing;

  RequestHandler(
      ShardState state,
      DeliveryEngine delivery,
      BatchPipeline pipeline,
      QueueCatalog catalog,
      QueueClosing closing) {
    this.state = state;
    this.delivery = delivery;
    this.pipeline = pipeline;
    this.catalog = catalog;
    this.closing = closing;
  }

  /** Runs the requests whose time has come, in their order. */
  void run(Attachment attachment) {
    long applied = state.lastSequence(attachment.node(), attachment.session().getIncarnation());
    Request request;
    while ((request = attachment.waiting.peek()) != null) {
      if (request.getAfterSequence() > applied || !run(attachment, request)) {
        return;
      }
      attachment.waiting.remove();
    }
  }

  /** False if the request must wait: its queue is newer than this node's definitions, say. */
  private boolean run(Attachment attachment, Request request) {
    long queueId = queueOf(attachment, request);
    if (queueId > catalog.lastQueueId()) {
      return false;
    }
    boolean gone =
        queueId > 0
            && (!catalog.exists(queueId) || (!request.hasClose() && closing.isClosed(queueId)));
    if (gone) {
      attachment.refuse(request.getId(), Reason.NOT_FOUND, "the queue has been deleted");
      return true;
    }
    if (needsEveryFrontend(request) && !delivery.isOpen()) {
      return false;
    }
    QueueDelivery queue = delivery.find(touchedQueue(attachment, request, queueId));
    if (queue != null && !delivery.settleDown(queue)) {
      return false;
    }
    switch (request.getKindCase()) {
      case SUBSCRIBE -> {
        if (delivery.queue(queueId).closing
            || (catalog.autoDelete(queueId) && !closing.markConsumed(queueId))) {
          return false;
        }
        subscribe(attachment, request.getId(), request.getSubscribe());
      }
      case DECLARED -> {
        if (delivery.queue(queueId).closing || !closing.declaredAgain(queueId)) {
          return false;
        }
        stats(attachment, request.getId(), queueId);
      }
      case CLOSE -> {
        return close(attachment, request.getId(), request.getClose());
      }
      case CANCEL -> cancel(attachment, request.getId(), request.getCancel());
      case GET -> get(attachment, request.getId(), request.getGet());
      case STATS -> stats(attachment, request.getId(), queueId);
      case PURGE -> purge(attachment, request.getId(), queueId);
      case KIND_NOT_SET ->
          attachment.refuse(
              request.getId(), Reason.UNAVAILABLE, "request of a kind not known here");
    }
    return true;
  }

  /**
   * Whether the answer depends on who consumes, and holds what, on all nodes: a new leader does not
   * know yet.
   */
  private static boolean needsEveryFrontend(Request request) {
    return switch (request.getKindCase()) {
      case SUBSCRIBE, STATS, PURGE, CLOSE, DECLARED -> true;
      case CANCEL, GET, KIND_NOT_SET -> false;
    };
  }

  /** The queue that must exist for the request, or 0. */
  private static long queueOf(Attachment attachment, Request request) {
    return switch (request.getKindCase()) {
      case SUBSCRIBE -> request.getSubscribe().getQueueId();
      case GET -> request.getGet().getQueueId();
      case STATS -> request.getStats();
      case PURGE -> request.getPurge();
      case CLOSE -> request.getClose().getQueueId();
      case DECLARED -> request.getDeclared();
      case CANCEL, KIND_NOT_SET -> 0;
    };
  }

  /** The queue that the request is about, or 0 if there is none. */
  private static long touchedQueue(Attachment attachment, Request request, long named) {
    if (request.getKindCase() != Request.KindCase.CANCEL) {
      return named;
    }
    ConsumerState consumer = attachment.consumers().get(request.getCancel());
    return consumer == null ? 0 : consumer.queueId();
  }

  private void subscribe(Attachment attachment, long requestId, SubscriptionState subscription) {
    QueueDelivery queue = delivery.queue(subscription.getQueueId());
    if (queue.hasExclusive() || (subscription.getExclusive() && queue.consumerCount() > 0)) {
      attachment.refuse(requestId, Reason.ACCESS_REFUSED, "queue in exclusive use");
      return;
    }
    ConsumerState consumer = new ConsumerState(attachment, subscription);
    attachment.consumers().put(consumer.id(), consumer);
    queue.addConsumer(consumer);
    delivery.touch(queue);
    done(attachment, requestId);
  }

  private void cancel(Attachment attachment, long requestId, long subscription) {
    ConsumerState consumer = attachment.consumers().remove(subscription);
    if (consumer != null) {
      consumer.cancelled = true;
      QueueDelivery queue = delivery.find(consumer.queueId());
      if (queue != null) {
        queue.removeConsumer(consumer);
        delivery.touch(queue);
        if (queue.anySettling(consumer)) {
          queue.cancels.add(new PendingCancel(consumer, requestId));
          return;
        }
      }
    }
    cancelled(attachment, requestId);
  }

  /** A message that was to be settled before it is sent has gone out: the last one may go now. */
  void sentSettled(QueueDelivery queue, ConsumerState consumer) {
    if (!queue.cancels.isEmpty() && !queue.anySettling(consumer)) {
      queue.cancels.removeIf(
          cancel -> {
            if (cancel.consumer() != consumer) {
              return false;
            }
            cancelled(consumer.attachment(), cancel.requestId());
            return true;
          });
    }
  }

  /** Nothing is delivered after this answer: what has gathered goes out before it. */
  private static void cancelled(Attachment attachment, long requestId) {
    attachment.flush();
    done(attachment, requestId);
  }

  private void get(Attachment attachment, long requestId, Get get) {
    QueueDelivery queue = delivery.queue(get.getQueueId());
    queue.gets.add(new PendingGet(attachment, requestId, get.getHolder(), get.getAutoSettle()));
    delivery.touch(queue);
  }

  /** False while it is not decided. */
  private boolean close(Attachment attachment, long requestId, Close wish) {
    switch (closing.close(wish)) {
      case OPEN -> {
        return false;
      }
      case CLOSED -> stats(attachment, requestId, wish.getQueueId());
      case IN_USE -> attachment.refuse(requestId, Reason.PRECONDITION_FAILED, "in use");
      case NOT_EMPTY -> attachment.refuse(requestId, Reason.PRECONDITION_FAILED, "not empty");
      case NOT_CONSUMED ->
          attachment.refuse(requestId, Reason.PRECONDITION_FAILED, "declared again");
    }
    return true;
  }

  private void stats(Attachment attachment, long requestId, long queueId) {
    QueueDelivery queue = delivery.queue(queueId);
    QueueState messages = state.queue(queueId);
    attachment.reply(
        Reply.newBuilder()
            .setId(requestId)
            .setStats(
                StatsReply.newBuilder()
                    .setReady(delivery.ready(queue))
                    .setUnacked(queue.outCount())
                    .setConsumers(queue.consumerCount())
                    .setBytes(messages == null ? 0 : messages.bytes())));
  }

  private void purge(Attachment attachment, long requestId, long queueId) {
    QueueState messages = state.queue(queueId);
    if (messages == null || messages.count() == 0) {
      attachment.reply(Reply.newBuilder().setId(requestId).setPurged(0));
      return;
    }
    QueueDelivery queue = delivery.queue(queueId);
    queue.purges.add(new PendingPurge(attachment, requestId));
    pipeline.add(
        null,
        Operation.newBuilder()
            .setPurge(
                Purge.newBuilder()
                    .setQueueId(queueId)
                    .setUpToPosition(messages.nextPosition() - 1)
                    .addAllExceptPositions(queue.out().keySet()))
            .build());
    queue.skipReady(messages);
  }

  void purged(QueueDelivery queue, long messages) {
    PendingPurge purge = queue.purges.poll();
    if (purge != null) {
      purge.attachment().reply(Reply.newBuilder().setId(purge.requestId()).setPurged(messages));
    }
  }

  /** The queue is being deleted: whoever waits for an answer about it gets one. */
  void queueGone(QueueDelivery queue) {
    PendingGet get;
    while ((get = queue.gets.poll()) != null) {
      get.attachment().refuse(get.requestId(), Reason.NOT_FOUND, "the queue has been deleted");
    }
    for (Checkout checkout : queue.out().values()) {
      PendingGet settling = checkout.get();
      if (settling != null && checkout.autoSettle()) {
        settling
            .attachment()
            .refuse(settling.requestId(), Reason.NOT_FOUND, "the queue has been deleted");
      }
    }
    while (!queue.purges.isEmpty()) {
      purged(queue, 0);
    }
    PendingCancel cancel;
    while ((cancel = queue.cancels.poll()) != null) {
      cancelled(cancel.consumer().attachment(), cancel.requestId());
    }
  }

  private static void done(Attachment attachment, long requestId) {
    attachment.reply(Reply.newBuilder().setId(requestId).setDone(Empty.getDefaultInstance()));
  }
}
