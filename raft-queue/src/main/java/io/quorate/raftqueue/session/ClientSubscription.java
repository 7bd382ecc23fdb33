package io.quorate.raftqueue.session;

import io.quorate.link.v1.SubscriptionState;
import io.quorate.raftqueue.api.DeliveryListener;
import io.quorate.raftqueue.api.QueueRef;
import io.quorate.raftqueue.api.Subscription;
import io.quorate.raftqueue.api.SubscriptionSpec;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A subscription as the frontend's side knows it. The mutable part is guarded by its {@link
 * ShardClient}.
 */
final class ClientSubscription implements Subscription {

  private final ShardClient client;
  private final long id;
  private final QueueRef queue;
  private final SubscriptionSpec spec;

  /** Null for one that only takes single messages. */
  private final @Nullable DeliveryListener listener;

  /** Delivered, and not yet settled or requeued for certain. */
  final Set<Long> held = new TreeSet<>();

  /** What the leader may still send, as it will know once it has had all that is unsent. */
  long credit;

  /** Credit granted since the last message to the leader. */
  long unsentCredit;

  /** The leader has accepted it. */
  boolean active;

  boolean cancelled;

  ClientSubscription(
      ShardClient client,
      long id,
      QueueRef queue,
      SubscriptionSpec spec,
      @Nullable DeliveryListener listener) {
    this.client = client;
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
  public void grant(int credits) {
    client.grant(this, credits);
  }

  @Override
  public CompletableFuture<Void> cancel() {
    return client.cancel(this);
  }

  /** As it is told to a leader. */
  SubscriptionState.Builder toState() {
    return SubscriptionState.newBuilder()
        .setId(id)
        .setQueueId(queue.id())
        .setAutoSettle(spec.autoSettle())
        .setExclusive(spec.exclusive())
        .setPriority(spec.priority())
        .setCredit(credit)
        .setPull(listener == null)
        .setCancelled(cancelled)
        .addAllHeld(held);
  }
}
