package io.quorate.raftqueue.session;

import io.quorate.link.v1.Releasing;
import io.quorate.link.v1.SubscriptionState;
import io.quorate.raftqueue.api.DeliveryListener;
import io.quorate.raftqueue.api.QueueRef;
import io.quorate.raftqueue.api.Subscription;
import io.quorate.raftqueue.api.SubscriptionSpec;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A subscription as the frontend's side knows it. The mutable part is guarded by the lock of its
 * {@link ShardClient}.
 */
final class ClientSubscription implements Subscription {

  /** Takes the calls of the consumer that has a subscription; any thread. */
  interface Owner {

    void grant(ClientSubscription subscription, int credits, long bytes);

    CompletableFuture<Void> cancel(ClientSubscription subscription);
  }

  private final Owner owner;
  private final long id;
  private final QueueRef queue;
  private final SubscriptionSpec spec;

  /** Null for one that only takes single messages. */
  private final @Nullable DeliveryListener listener;

  /**
   * Delivered, and not yet settled or requeued for certain: by position, and when it was received,
   * in numbers that rise. A message can come back to the subscription that has returned it before
   * that return is answered.
   */
  private final NavigableMap<Long, Long> held = new TreeMap<>();

  private long receptions;

  /** What the leader may still send, as it will know once it has had all that is unsent. */
  long credit;

  /** Credit granted since the last message to the leader. */
  long unsentCredit;

  /** Bytes that have come and that nobody has taken. */
  long untakenBytes;

  /** Bytes taken since the last message to the leader. */
  long unsentBytes;

  /** The leader has accepted it. */
  boolean active;

  boolean cancelled;

  /** It is to be cancelled: a new leader is to give it nothing. */
  boolean leaving;

  /** Its consumer has been told that it will get nothing more. */
  boolean ended;

  /** Nobody waits for what it is given: that goes back. */
  boolean orphaned;

  ClientSubscription(
      Owner owner,
      long id,
      QueueRef queue,
      SubscriptionSpec spec,
      @Nullable DeliveryListener listener) {
    this.owner = owner;
    this.id = id;
    this.queue = queue;
    this.spec = spec;
    this.listener = listener;
    this.credit = spec.initialCredit();
  }

  @Override
  public long id() {
    return id;
  }

  @Override
  public QueueRef queue() {
    return queue;
  }

  @Nullable DeliveryListener listener() {
    return listener;
  }

  boolean autoSettle() {
    return spec.autoSettle();
  }

  @Override
  public void grant(int credits, long bytes) {
    owner.grant(this, credits, bytes);
  }

  @Override
  public CompletableFuture<Void> cancel() {
    return owner.cancel(this);
  }

  void hold(long position) {
    held.put(position, ++receptions);
  }

  boolean holdsAny() {
    return !held.isEmpty();
  }

  /** When it received these, 0 where it does not hold them. */
  long[] receptions(long[] positions) {
    return Arrays.stream(positions).map(position -> held.getOrDefault(position, 0L)).toArray();
  }

  /** Whether it holds a message from that reception on, and not from a later one. */
  boolean holds(long position, long reception) {
    return reception != 0 && held.getOrDefault(position, 0L) == reception;
  }

  /** What was received then is no longer held. */
  void release(long position, long reception) {
    held.remove(position, reception);
  }

  /**
   * As it is told to a leader.
   *
   * @param releasing the unanswered operations that settle or give back what it holds: a leader
   *     that has applied them knows better than this node what is still held
   */
  SubscriptionState.Builder toState(List<Releasing> releasing) {
    Set<Long> kept = new TreeSet<>(held.keySet());
    releasing.forEach(released -> released.getPositionsList().forEach(kept::remove));
    return SubscriptionState.newBuilder()
        .setId(id)
        .setQueueId(queue.id())
        .setAutoSettle(spec.autoSettle())
        .setExclusive(spec.exclusive())
        .setPriority(spec.priority())
        .setCredit(credit)
        .setWindowBytes(spec.windowBytes() == Long.MAX_VALUE ? 0 : spec.windowBytes())
        .setUntakenBytes(untakenBytes)
        .setPull(listener == null)
        .setCancelled(cancelled || leaving)
        .addAllHeld(kept)
        .addAllReleasing(releasing);
  }
}
