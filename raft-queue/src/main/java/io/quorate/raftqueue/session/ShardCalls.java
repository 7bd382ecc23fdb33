package io.quorate.raftqueue.session;

import io.quorate.link.v1.Reply;
import io.quorate.link.v1.Request;
import io.quorate.log.v1.Operation;
import io.quorate.log.v1.Requeue;
import io.quorate.log.v1.Settle;
import io.quorate.raftqueue.api.Completion;
import io.quorate.raftqueue.api.Outcome;
import io.quorate.raftqueue.api.QueueRef;
import io.quorate.raftqueue.queue.ShardState;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a shard is asked to do: each call is numbered, kept until it is answered, and handed to the
 * sender.
 *
 * <p>Invariant: the order of the calls is the order of the numbers, and each call is answered once:
 * by the leader, or with a refusal, here, if the node stops or the shard is given up.
 *
 * <p>Thread-safe: takes the lock of the {@link ShardClient}. A refusal is told on the caller's
 * thread, without the lock.
 */
final class ShardCalls implements ClientSubscription.Owner {

  private final Object lock;
  private final AtomicLong ids;
  private final LongConsumer inFlightBytes;
  private final SubscriptionTable subscriptions;
  private final OperationWindow operations;
  private final RequestTable requests;
  private final LeaderAttachment attachment;

  ShardCalls(
      Object lock,
      AtomicLong ids,
      LongConsumer inFlightBytes,
      SubscriptionTable subscriptions,
      OperationWindow operations,
      RequestTable requests,
      LeaderAttachment attachment) {
    this.lock = lock;
    this.ids = ids;
    this.inFlightBytes = inFlightBytes;
    this.subscriptions = subscriptions;
    this.operations = operations;
    this.requests = requests;
    this.attachment = attachment;
  }

  // ---- operations

  /**
   * Sends a numbered operation.
   *
   * @param bytes what it counts against the bounds until it is answered
   * @param release what it takes from a subscription, once it is done
   * @param awaited whether somebody waits for it
   */
  void submit(
      Operation.Builder operation,
      long bytes,
      @Nullable Completion completion,
      @Nullable Release release,
      boolean awaited) {
    inFlightBytes.accept(bytes);
    Outcome refusal;
    synchronized (lock) {
      if (!attachment.isClosed() && !attachment.isAbandoned()) {
        operations.add(operation, bytes, completion, release, awaited);
        attachment.scheduleSender();
        return;
      }
      refusal = attachment.isClosed() ? Outcome.UNKNOWN : Outcome.REJECTED;
    }
    inFlightBytes.accept(-bytes);
    if (completion != null) {
      completion.done(refusal);
    }
  }

  void settle(
      QueueRef queue, long holder, long[] positions, boolean awaited, Completion completion) {
    inPieces(
        positions, completion, (piece, done) -> settlePiece(queue, holder, piece, awaited, done));
  }

  void requeue(QueueRef queue, long holder, long[] positions, Completion completion) {
    inPieces(positions, completion, (piece, done) -> requeuePiece(queue, holder, piece, done));
  }

  /** So that an operation fits into a Raft entry; done when all pieces are. */
  private static void inPieces(
      long[] positions, Completion completion, BiConsumer<long[], Completion> each) {
    int pieces = Math.max(1, -Math.floorDiv(-positions.length, ShardState.MAX_POSITIONS));
    Completion part = pieces == 1 ? completion : new JoinedCompletion(completion, pieces);
    for (int piece = 0; piece < pieces; piece++) {
      int from = piece * ShardState.MAX_POSITIONS;
      int to = Math.min(positions.length, from + ShardState.MAX_POSITIONS);
      each.accept(pieces == 1 ? positions : Arrays.copyOfRange(positions, from, to), part);
    }
  }

  private void settlePiece(
      QueueRef queue, long holder, long[] positions, boolean awaited, Completion completion) {
    Settle.Builder settle = Settle.newBuilder().setQueueId(queue.id()).setHolder(holder);
    for (long position : positions) {
      settle.addPositions(position);
    }
    Release release = release(holder, positions);
    submit(Operation.newBuilder().setSettle(settle), 0, completion, release, awaited);
  }

  private void requeuePiece(QueueRef queue, long holder, long[] positions, Completion completion) {
    Requeue.Builder requeue = Requeue.newBuilder().setQueueId(queue.id()).setHolder(holder);
    for (long position : positions) {
      requeue.addPositions(position);
    }
    Release release = release(holder, positions);
    submit(Operation.newBuilder().setRequeue(requeue), 0, completion, release, true);
  }

  private @Nullable Release release(long holder, long[] positions) {
    synchronized (lock) {
      return subscriptions.release(holder, positions);
    }
  }

  // ---- requests

  /**
   * Asks the leader, after all operations called before.
   *
   * @param subscription what is active once the leader agrees, or holds what a get brings
   */
  CompletableFuture<Reply> request(
      Request.Builder request, @Nullable ClientSubscription subscription) {
    CompletableFuture<Reply> future = new CompletableFuture<>();
    synchronized (lock) {
      if (attachment.isClosed()) {
        future.completeExceptionally(Refusals.stopping());
        return future;
      }
      if (attachment.isAbandoned()) {
        future.completeExceptionally(Refusals.unreachable());
        return future;
      }
      Request numbered =
          request.setId(ids.incrementAndGet()).setAfterSequence(operations.lastSequence()).build();
      requests.add(numbered, future, subscription);
      attachment.scheduleSender();
    }
    return future;
  }

  @Override
  public CompletableFuture<Void> cancel(ClientSubscription subscription) {
    synchronized (lock) {
      subscription.leaving = true;
    }
    return request(Request.newBuilder().setCancel(subscription.id()), null)
        .thenAccept(
            reply -> {
              synchronized (lock) {
                subscriptions.cancelled(subscription);
              }
            })
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                cancelAgain(subscription);
              }
            });
  }

  /**
   * Whoever wanted it cancelled has been told that nobody answered, and has gone. It must not stay
   * a consumer of its queue for that: what it is still given goes back, no new leader gives it
   * anything, and the one that may count it is asked until it answers.
   */
  private void cancelAgain(ClientSubscription subscription) {
    synchronized (lock) {
      if (attachment.isClosed() || attachment.isAbandoned()) {
        return;
      }
      subscription.orphaned = true;
    }
    cancel(subscription);
  }

  // ---- credit

  @Override
  public void grant(ClientSubscription subscription, int credits, long bytes) {
    synchronized (lock) {
      subscriptions.grant(subscription, credits, bytes);
      attachment.scheduleSender();
    }
  }
}
