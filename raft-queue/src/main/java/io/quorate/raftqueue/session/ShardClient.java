package io.quorate.raftqueue.session;

import io.quorate.link.v1.Close;
import io.quorate.link.v1.FromShard;
import io.quorate.link.v1.Get;
import io.quorate.link.v1.Reply;
import io.quorate.link.v1.Request;
import io.quorate.log.v1.Operation;
import io.quorate.log.v1.Session;
import io.quorate.raftqueue.api.Completion;
import io.quorate.raftqueue.api.DeliveryListener;
import io.quorate.raftqueue.api.GetResult;
import io.quorate.raftqueue.api.Outcome;
import io.quorate.raftqueue.api.QueueRef;
import io.quorate.raftqueue.api.QueueStats;
import io.quorate.raftqueue.api.Subscription;
import io.quorate.raftqueue.api.SubscriptionSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * This node's conversation with one shard.
 *
 * <p>Operations are numbered when they are called and kept until the leader says they are applied;
 * a new leader says how far the shard has come, and the rest is sent again.
 *
 * <pre>
 *   calls  ---ShardCalls---> OperationWindow, RequestTable, SubscriptionTable ---LeaderAttachment---> leader
 *   callbacks <------------------------- LeaderMessages <------------------------------------------- leader
 * </pre>
 *
 * <p>Thread-safe. One lock guards all of its parts; no callback is called, and nothing is sent,
 * under it. A second one, taken before the first, lets one message of the leader, or one refusal of
 * what has waited for too long, be told at a time: callbacks run on the thread that brings it.
 */
public final class ShardClient {

  private final AtomicLong ids;

  /** Taken before {@link #lock}. */
  private final Object inbound = new Object();

  private final Object lock = new Object();

  // Guarded by lock.
  private final SubscriptionTable subscriptions = new SubscriptionTable();
  private final OperationWindow operations;
  private final RequestTable requests = new RequestTable();
  private final LeaderAttachment attachment;
  private final LeaderMessages messages;

  private final ShardCalls calls;

  /**
   * @param ids numbers for subscriptions, attachments and requests, unique on the node
   * @param inFlightBytes told by how much the bytes of unanswered operations change
   */
  public ShardClient(int shard, Session session, AtomicLong ids, LongConsumer inFlightBytes) {
    this.ids = ids;
    this.operations = new OperationWindow(subscriptions, inFlightBytes);
    this.attachment =
        new LeaderAttachment(shard, session, ids, lock, subscriptions, operations, requests);
    this.calls =
        new ShardCalls(lock, ids, inFlightBytes, subscriptions, operations, requests, attachment);
    this.messages = new LeaderMessages(subscriptions, operations, requests, attachment, calls);
  }

  // ---- operations

  /**
   * Sends a numbered operation.
   *
   * @param bytes what it counts against the bounds until it is answered
   */
  public void submit(Operation.Builder operation, long bytes, @Nullable Completion completion) {
    calls.submit(operation, bytes, completion, null, true);
  }

  /**
   * Removes messages from a queue for good.
   *
   * @param awaited whether somebody waits for that
   */
  public void settle(
      QueueRef queue, long holder, long[] positions, boolean awaited, Completion completion) {
    calls.settle(queue, holder, positions, awaited, completion);
  }

  public void requeue(QueueRef queue, long holder, long[] positions, Completion completion) {
    calls.requeue(queue, holder, positions, completion);
  }

  // ---- requests

  public CompletableFuture<Subscription> subscribe(
      QueueRef queue, SubscriptionSpec spec, DeliveryListener listener) {
    ClientSubscription subscription = newSubscription(queue, spec, listener);
    synchronized (lock) {
      subscriptions.add(subscription);
    }
    return calls
        .request(Request.newBuilder().setSubscribe(subscription.toState(List.of())), subscription)
        .whenComplete(
            (reply, failure) -> {
              if (failure != null) {
                synchronized (lock) {
                  subscriptions.forget(subscription);
                }
              }
            })
        .thenApply(reply -> subscription);
  }

  private ClientSubscription newSubscription(
      QueueRef queue, SubscriptionSpec spec, @Nullable DeliveryListener listener) {
    return new ClientSubscription(calls, ids.incrementAndGet(), queue, spec, listener);
  }

  public CompletableFuture<GetResult> get(QueueRef queue, boolean autoSettle) {
    ClientSubscription holder = puller(queue);
    return calls
        .request(
            Request.newBuilder()
                .setGet(
                    Get.newBuilder()
                        .setQueueId(queue.id())
                        .setAutoSettle(autoSettle)
                        .setHolder(holder.id())),
            holder)
        .thenApply(
            reply ->
                new GetResult(
                    reply.getGet().hasDelivery()
                        ? WireMessages.delivery(reply.getGet().getDelivery())
                        : null,
                    holder.id(),
                    reply.getGet().getRemaining()));
  }

  private ClientSubscription puller(QueueRef queue) {
    // The same for the same queue, whenever it is made again: the leader remembers each holder.
    SubscriptionSpec spec = new SubscriptionSpec(false, false, 0, 0);
    synchronized (lock) {
      return subscriptions.puller(
          queue, () -> new ClientSubscription(calls, -queue.id(), queue, spec, null));
    }
  }

  public CompletableFuture<QueueStats> stats(QueueRef queue) {
    return ask(Request.newBuilder().setStats(queue.id())).thenApply(ShardClient::figures);
  }

  /** As {@link #stats}, for somebody who has declared the queue again. */
  public CompletableFuture<QueueStats> declared(QueueRef queue) {
    return ask(Request.newBuilder().setDeclared(queue.id())).thenApply(ShardClient::figures);
  }

  /** The beginning of a queue's end, if the conditions hold; its figures then. */
  public CompletableFuture<QueueStats> close(
      QueueRef queue, boolean ifUnused, boolean ifEmpty, boolean ifConsumed) {
    return ask(Request.newBuilder()
            .setClose(
                Close.newBuilder()
                    .setQueueId(queue.id())
                    .setIfUnused(ifUnused)
                    .setIfEmpty(ifEmpty)
                    .setIfConsumed(ifConsumed)))
        .thenApply(ShardClient::figures);
  }

  private static QueueStats figures(Reply reply) {
    return new QueueStats(
        reply.getStats().getReady(),
        reply.getStats().getUnacked(),
        reply.getStats().getConsumers(),
        reply.getStats().getBytes());
  }

  public CompletableFuture<Long> purge(QueueRef queue) {
    return ask(Request.newBuilder().setPurge(queue.id())).thenApply(Reply::getPurged);
  }

  private CompletableFuture<Reply> ask(Request.Builder request) {
    return calls.request(request, null);
  }

  /**
   * Time passes: requests that have waited for {@code limit} ticks are refused. What the leader may
   * still give in answer to them is given back.
   */
  public void tick(long limit) {
    synchronized (inbound) { // no answer is taken in while its request is being given up
      takeExpired(limit)
          .forEach(pending -> pending.future().completeExceptionally(Refusals.noAnswer()));
    }
  }

  private List<RequestTable.Pending> takeExpired(long limit) {
    synchronized (lock) {
      List<RequestTable.Pending> late = requests.expire(limit, attachment.isAttached());
      if (late.stream().anyMatch(pending -> pending.request().hasPurge())) {
        attachment.scheduleSender(); // what was held back
      }
      return late;
    }
  }

  // ---- the leader

  /** A leader is known: attach to it. */
  public void leaderFound(Route leader) {
    synchronized (lock) {
      attachment.leaderFound(leader);
    }
  }

  /** The leader is gone; operations wait for the next. */
  public void leaderLost() {
    synchronized (lock) {
      attachment.leaderLost();
    }
  }

  /** A message of the leader; those of earlier attachments are stale. */
  public void receive(FromShard message) {
    synchronized (inbound) {
      List<Runnable> callbacks = new ArrayList<>();
      synchronized (lock) {
        messages.take(message, callbacks);
      }
      callbacks.forEach(Runnable::run);
    }
  }

  /**
   * Gives up on a shard that has had no leader for {@code ticks} calls in a row, and may never have
   * one again: what is under way is refused, subscriptions end, and so does the session; when the
   * shard is found again, the next begins. Each leader that is found begins the count anew, however
   * short it was there. Only for shards in the memory of one node: what is refused may have
   * happened.
   */
  public void abandonAfter(int ticks) {
    synchronized (lock) {
      if (!attachment.lostFor(ticks)) {
        return;
      }
    }
    abandon();
  }

  private void abandon() {
    synchronized (inbound) {
      List<Runnable> callbacks = new ArrayList<>();
      synchronized (lock) {
        if (!attachment.abandon()) {
          return;
        }
        operations.restart(0, callbacks);
        requests.restart(Refusals.unreachable(), callbacks);
        subscriptions.abandon(callbacks);
      }
      callbacks.forEach(Runnable::run);
    }
  }

  /** True from {@link #abandonAfter} until the shard is found again. */
  public boolean isAbandoned() {
    synchronized (lock) {
      return attachment.isAbandoned();
    }
  }

  // ---- the end

  /**
   * Says goodbye: what consumers hold goes back at once; what is unanswered is answered with
   * UNKNOWN.
   */
  public void close() {
    List<Runnable> callbacks = new ArrayList<>();
    synchronized (lock) {
      if (!attachment.close()) {
        return;
      }
      operations.finishAll(Outcome.UNKNOWN, callbacks);
      requests.close(callbacks);
    }
    callbacks.forEach(Runnable::run);
  }
}
