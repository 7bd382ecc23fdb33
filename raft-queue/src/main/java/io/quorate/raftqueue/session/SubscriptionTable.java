package io.quorate.raftqueue.session;

import io.quorate.link.v1.Attach;
import io.quorate.link.v1.Credit;
import io.quorate.link.v1.Releasing;
import io.quorate.link.v1.Work;
import io.quorate.raftqueue.api.DeliveryListener;
import io.quorate.raftqueue.api.QueueRef;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * This node's subscriptions of one shard: what consumers and gets hold, and the credit that the
 * leader has not been told of.
 *
 * <p>Invariant: a subscription that holds a message is in the table until it has settled or
 * returned it, so that each leader is told who holds what; a cancelled one that holds nothing is
 * not.
 *
 * <p>Not thread-safe: guarded by the lock of the {@link ShardClient}.
 */
final class SubscriptionTable {

  /** How many subscriptions for gets may stay that hold nothing. */
  private static final int IDLE_PULLS = 1000;

  private final Map<Long, ClientSubscription> subscriptions = new HashMap<>();

  /** Those that hold what gets have taken, one per queue, by queue. */
  private final Map<Long, ClientSubscription> pulls = new HashMap<>();

  /** Those with credit that the leader has not been told of. */
  private final Set<ClientSubscription> credited = new LinkedHashSet<>();

  void add(ClientSubscription subscription) {
    subscriptions.put(subscription.id(), subscription);
  }

  @Nullable ClientSubscription find(long id) {
    return subscriptions.get(id);
  }

  /** The one subscription per queue that holds what gets have taken. */
  ClientSubscription puller(QueueRef queue, Supplier<ClientSubscription> create) {
    ClientSubscription known = pulls.get(queue.id());
    if (known == null) {
      known = create.get();
      known.active = true;
      pulls.put(queue.id(), known);
      subscriptions.put(known.id(), known);
    }
    return known;
  }

  /** The holder of what a get brings, which may have been dropped while it was under way. */
  ClientSubscription puller(ClientSubscription asking) {
    return puller(asking.queue(), () -> asking);
  }

  void forget(ClientSubscription subscription) {
    subscriptions.remove(subscription.id(), subscription);
    pulls.remove(subscription.queue().id(), subscription);
  }

  void dropIfIdle(ClientSubscription subscription) {
    boolean idlePull = subscription.listener() == null && !subscription.holdsAny();
    if (subscription.cancelled && !subscription.holdsAny()) {
      subscriptions.remove(subscription.id(), subscription);
    } else if (idlePull && pulls.size() > IDLE_PULLS) {
      forget(subscription);
    }
  }

  /** The leader has answered a cancel. */
  void cancelled(ClientSubscription subscription) {
    subscription.cancelled = true;
    dropIfIdle(subscription);
  }

  /** What an operation that is made now will take from a holder; null if it is not known. */
  @Nullable Release release(long holder, long[] positions) {
    ClientSubscription subscription = subscriptions.get(holder);
    return subscription == null
        ? null
        : new Release(subscription, positions, subscription.receptions(positions));
  }

  /** An operation is done that settles or returns what somebody holds. */
  void released(Release release) {
    release.done();
    dropIfIdle(release.holder());
  }

  /**
   * The queue is gone, or another consumer has it for itself by now. In that case what this one
   * holds is still its own until it has settled it or given it back.
   */
  void ended(long id, List<Runnable> callbacks) {
    ClientSubscription subscription = subscriptions.get(id);
    if (subscription == null) {
      return;
    }
    pulls.remove(subscription.queue().id(), subscription);
    if (subscription.ended) {
      subscriptions.remove(id); // said twice: its queue is gone as well
      return;
    }
    subscription.ended = true;
    subscription.cancelled = true;
    dropIfIdle(subscription);
    DeliveryListener listener = subscription.listener();
    if (listener != null) {
      callbacks.add(listener::onQueueDeleted);
    }
  }

  /** The shard is given up: all its queues count as deleted. */
  void abandon(List<Runnable> callbacks) {
    for (ClientSubscription subscription : subscriptions.values()) {
      DeliveryListener listener = subscription.listener();
      if (listener != null && !subscription.ended) {
        callbacks.add(listener::onQueueDeleted);
      }
    }
    subscriptions.clear();
    pulls.clear();
    credited.clear();
  }

  // ---- what the leader is told

  void grant(ClientSubscription subscription, int credits, long bytes) {
    subscription.credit += credits;
    subscription.unsentCredit += credits;
    subscription.untakenBytes -= bytes;
    subscription.unsentBytes += bytes;
    credited.add(subscription);
  }

  boolean anyCredited() {
    return !credited.isEmpty();
  }

  /** Adds what has been granted since the last message to the leader. */
  void addCredits(Work.Builder work) {
    for (ClientSubscription subscription : credited) {
      work.addCredits(
          Credit.newBuilder()
              .setSubscription(subscription.id())
              .setCredits(subscription.unsentCredit)
              .setBytes(subscription.unsentBytes));
      subscription.unsentCredit = 0;
      subscription.unsentBytes = 0;
    }
    credited.clear();
  }

  /** Tells a new leader of all that are active, with their whole credit. */
  void handOver(Attach.Builder attach, Map<ClientSubscription, List<Releasing>> releasing) {
    for (ClientSubscription subscription : subscriptions.values()) {
      if (subscription.active && (subscription.listener() != null || subscription.holdsAny())) {
        attach.addSubscriptions(
            subscription.toState(releasing.getOrDefault(subscription, List.of())));
      }
      subscription.unsentCredit = 0;
      subscription.unsentBytes = 0;
    }
    credited.clear();
  }
}
