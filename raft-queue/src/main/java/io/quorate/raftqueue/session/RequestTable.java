package io.quorate.raftqueue.session;

import io.quorate.link.v1.Reply;
import io.quorate.link.v1.Request;
import io.quorate.link.v1.Work;
import io.quorate.raftqueue.api.RefusedException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The requests to one shard that are not answered yet, in the order in which they were asked, and
 * which of them the leader has still to be sent.
 *
 * <p>Invariant: a request is in {@code requests} as long as somebody waits for it, or in {@code
 * expired} as long as the leader it was sent to may answer it, and never in both. {@code
 * unansweredPurges} counts the purges in {@code requests}.
 *
 * <p>Not thread-safe: guarded by the lock of the {@link ShardClient}.
 */
final class RequestTable {

  /**
   * @param subscription what is active once the leader agrees, or holds what a get brings
   * @param tick when it was asked, in calls of {@link #expire}
   */
  record Pending(
      Request request,
      CompletableFuture<Reply> future,
      @Nullable ClientSubscription subscription,
      long tick) {}

  private final Map<Long, Pending> requests = new LinkedHashMap<>();
  private final ArrayDeque<Request> unsent = new ArrayDeque<>();

  /** Requests that nobody waits for any more, but the leader may still answer. */
  private final Map<Long, Pending> expired = new HashMap<>();

  private long ticks;
  private int unansweredPurges;

  void add(
      Request request, CompletableFuture<Reply> future, @Nullable ClientSubscription subscription) {
    requests.put(request.getId(), new Pending(request, future, subscription, ticks));
    unansweredPurges += request.hasPurge() ? 1 : 0;
    unsent.add(request);
  }

  // ---- what is sent

  boolean anyUnsent() {
    return !unsent.isEmpty();
  }

  /** Moves what is unsent into a message. */
  void addTo(Work.Builder work) {
    Request request;
    while ((request = unsent.poll()) != null) {
      work.addRequests(request);
    }
  }

  /** Another leader is known: it is sent nothing before it has let this node attach. */
  void leaderChanged() {
    unsent.clear();
    expired.clear(); // what an earlier leader gave out and is not handed over goes back by itself
  }

  /** This node is attached: the leader is asked all of it. */
  void resend() {
    unsent.clear();
    requests.values().forEach(pending -> unsent.add(pending.request()));
  }

  /**
   * The last operation before an unanswered purge. What was called after it is held back until the
   * answer: a purge drops all it finds, and may have to be sent again.
   */
  long lastBeforePurge() {
    if (unansweredPurges > 0) {
      for (Pending pending : requests.values()) {
        if (pending.request().hasPurge()) {
          return pending.request().getAfterSequence();
        }
      }
    }
    return Long.MAX_VALUE;
  }

  // ---- what comes back

  /** The request that has been answered; null if nobody waits for it. */
  @Nullable Pending answered(long id) {
    Pending pending = requests.remove(id);
    if (pending != null) {
      countPurge(pending);
    }
    return pending;
  }

  /** The request that has been answered after it was given up; null if it is not known. */
  @Nullable Pending answeredLate(long id) {
    return expired.remove(id);
  }

  /**
   * Time passes: gives up, and returns, what has waited for more than {@code limit} ticks.
   *
   * @param attached whether there is a leader that may still answer
   */
  List<Pending> expire(long limit, boolean attached) {
    ticks++;
    List<Pending> late =
        requests.values().stream().filter(pending -> ticks - pending.tick() > limit).toList();
    for (Pending pending : late) {
      long id = pending.request().getId();
      requests.remove(id);
      if (attached && !unsent.remove(pending.request())) {
        expired.put(id, pending);
      }
      countPurge(pending);
    }
    if (!attached) {
      unsent.clear(); // the next leader is asked all that somebody waits for
    }
    return late;
  }

  private void countPurge(Pending answered) {
    unansweredPurges -= answered.request().hasPurge() ? 1 : 0;
  }

  /** Another session begins: nothing of this one will be answered. */
  void restart(RefusedException reason, List<Runnable> callbacks) {
    for (Pending pending : requests.values()) {
      callbacks.add(() -> pending.future().completeExceptionally(reason));
    }
    requests.clear();
    unsent.clear();
    unansweredPurges = 0;
  }

  /** The node stops: nobody is answered any more. */
  void close(List<Runnable> callbacks) {
    for (Pending pending : requests.values()) {
      callbacks.add(() -> pending.future().completeExceptionally(Refusals.stopping()));
    }
    requests.clear();
  }
}
