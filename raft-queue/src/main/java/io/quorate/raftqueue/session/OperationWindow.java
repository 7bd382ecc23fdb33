package io.quorate.raftqueue.session;

import io.quorate.link.v1.Releasing;
import io.quorate.link.v1.Work;
import io.quorate.log.v1.Operation;
import io.quorate.raftqueue.api.Completion;
import io.quorate.raftqueue.api.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The operations of a session that are not answered yet, in the order of their numbers, and which
 * of them the leader has still to be sent.
 *
 * <p>Invariant: numbers are given without a gap, and {@code unanswered} is a run of them that ends
 * with the last one given; {@code unsent} is the end of that run, or empty while a new leader has
 * not said how far the shard has come. The bytes of what is unanswered are in the count of bytes in
 * flight exactly once.
 *
 * <p>Not thread-safe: guarded by the lock of the {@link ShardClient}.
 */
final class OperationWindow {

  private record Pending(
      Operation operation,
      long bytes,
      @Nullable Completion completion,
      @Nullable Release release) {}

  private final SubscriptionTable subscriptions;
  private final LongConsumer inFlightBytes;
  private final ArrayDeque<Pending> unanswered = new ArrayDeque<>();
  private final ArrayDeque<Operation> unsent = new ArrayDeque<>();
  private long lastSequence;

  /** Whether somebody waits for one of the unsent. */
  private boolean awaited;

  /** The last operation made before this client heard of its attachment. */
  private long madeBefore;

  /**
   * @param inFlightBytes told by how much the bytes of unanswered operations have become fewer; who
   *     adds an operation has counted it
   */
  OperationWindow(SubscriptionTable subscriptions, LongConsumer inFlightBytes) {
    this.subscriptions = subscriptions;
    this.inFlightBytes = inFlightBytes;
  }

  /**
   * Numbers an operation and keeps it until it is answered.
   *
   * @param awaited whether somebody waits for that
   */
  void add(
      Operation.Builder operation,
      long bytes,
      @Nullable Completion completion,
      @Nullable Release release,
      boolean awaited) {
    Operation numbered = operation.setSequence(++lastSequence).build();
    unanswered.add(new Pending(numbered, bytes, completion, release));
    unsent.add(numbered);
    this.awaited |= awaited;
  }

  long lastSequence() {
    return lastSequence;
  }

  // ---- what is sent

  boolean anyUnsent(long limit) {
    return !unsent.isEmpty() && unsent.peek().getSequence() <= limit;
  }

  /**
   * Moves what is unsent into a message.
   *
   * @param limit the number of the last operation that may be sent
   * @param maxBytes after which no more is added
   */
  void addTo(Work.Builder work, long limit, long maxBytes) {
    work.setMadeBefore(madeBefore).setAwaited(awaited);
    awaited = false;
    long bytes = 0;
    while (anyUnsent(limit) && bytes < maxBytes) {
      Operation operation = unsent.remove();
      bytes += operation.getSerializedSize();
      work.addOperations(operation);
    }
  }

  /** Another leader: nothing is sent before it says how far the shard has come. */
  void holdBack() {
    unsent.clear();
  }

  /** The unanswered settles and requeues, by who held what they are about. */
  Map<ClientSubscription, List<Releasing>> releasing() {
    Map<ClientSubscription, List<Releasing>> releasing = new HashMap<>();
    for (Pending pending : unanswered) {
      Release release = pending.release();
      if (release != null) {
        releasing
            .computeIfAbsent(release.holder(), holder -> new ArrayList<>())
            .add(release.toReleasing(pending.operation().getSequence()));
      }
    }
    return releasing;
  }

  // ---- what comes back

  /** Whether a shard that has come so far has no memory of what it had answered before. */
  boolean forgottenBy(long sequence) {
    long first =
        unanswered.isEmpty() ? lastSequence + 1 : unanswered.peek().operation().getSequence();
    return sequence + 1 < first;
  }

  /** A new leader has come so far: the rest is to be sent again. */
  void resend(long sequence, List<Runnable> callbacks) {
    unsent.clear();
    answered(sequence, Set.of(), callbacks);
    unanswered.forEach(pending -> unsent.add(pending.operation()));
    awaited = true;
  }

  /** What was made until now was made before the client heard of its attachment. */
  void markAttached() {
    madeBefore = lastSequence;
  }

  /** All operations up to one are applied; those in {@code rejected} changed nothing. */
  void answered(long sequence, Set<Long> rejected, List<Runnable> callbacks) {
    Pending pending;
    while ((pending = unanswered.peek()) != null && pending.operation().getSequence() <= sequence) {
      unanswered.remove();
      boolean refused = rejected.contains(pending.operation().getSequence());
      finish(pending, refused ? Outcome.REJECTED : Outcome.ACCEPTED, callbacks);
    }
  }

  /**
   * The shard knows nothing of what was answered before: nothing of this will be answered.
   *
   * @param sequence the last operation that it knows of; numbers go on from there
   */
  void restart(long sequence, List<Runnable> callbacks) {
    finishAll(Outcome.REJECTED, callbacks);
    unsent.clear();
    lastSequence = sequence;
  }

  void finishAll(Outcome outcome, List<Runnable> callbacks) {
    unanswered.forEach(pending -> finish(pending, outcome, callbacks));
    unanswered.clear();
  }

  private void finish(Pending pending, Outcome outcome, List<Runnable> callbacks) {
    if (pending.bytes() != 0) {
      inFlightBytes.accept(-pending.bytes());
    }
    Release release = pending.release();
    if (release != null) {
      subscriptions.released(release);
    }
    Completion completion = pending.completion();
    if (completion != null) {
      callbacks.add(() -> completion.done(outcome));
    }
  }
}
