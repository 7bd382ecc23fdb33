package io.quorate.raftqueue.shard;

import io.quorate.link.v1.Releasing;
import io.quorate.link.v1.SubscriptionState;
import io.quorate.raftqueue.queue.QueueState;
import io.quorate.raftqueue.queue.ShardState;
import io.quorate.raftqueue.shard.QueueDelivery.Checkout;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes over the consumers of a frontend that attaches, with what it says they hold.
 *
 * <p>Invariant: what is adopted is out with one consumer only, and with another node's rather than
 * with this one's if both say that they hold it. Loop thread only.
 */
final class ConsumerAdoption {

  private final ShardState state;
  private final DeliveryEngine delivery;
  private final QueueCatalog catalog;
  private final QueueClosing closing;

  ConsumerAdoption(
      ShardState state, DeliveryEngine delivery, QueueCatalog catalog, QueueClosing closing) {
    this.state = state;
    this.delivery = delivery;
    this.catalog = catalog;
    this.closing = closing;
  }

  void adopt(Attachment attachment, SubscriptionState subscription) {
    long queueId = subscription.getQueueId();
    if (!catalog.exists(queueId) && queueId <= catalog.lastQueueId()) {
      attachment.ended(subscription.getId());
      return;
    }
    ConsumerState consumer = new ConsumerState(attachment, subscription);
    QueueDelivery queue = delivery.queue(queueId);
    if (consumer.subscribed() && queue.excludes(consumer)) {
      // It was away for too long, and another has its place. What it holds stays with it.
      consumer.cancelled = true;
      attachment.ended(subscription.getId());
    }
    attachment.consumers().put(consumer.id(), consumer);
    subscription.getHeldList().forEach(position -> adopt(consumer, queue, position));
    adoptReleasing(attachment, consumer, queue, subscription);
    if (consumer.subscribed()) {
      queue.addConsumer(consumer);
      closing.handedOver(queueId);
    }
    delivery.touch(queue);
  }

  /** What is about to be settled or given back, by operations that are not applied yet. */
  private void adoptReleasing(
      Attachment attachment,
      ConsumerState consumer,
      QueueDelivery queue,
      SubscriptionState subscription) {
    long applied = state.lastSequence(attachment.node(), attachment.session().getIncarnation());
    for (Releasing releasing : subscription.getReleasingList()) {
      if (releasing.getSequence() > applied) {
        Set<Checkout> adopted = Collections.newSetFromMap(new IdentityHashMap<>());
        for (long position : releasing.getPositionsList()) {
          Checkout checkout = adopt(consumer, queue, position);
          if (checkout != null) {
            adopted.add(checkout);
          }
        }
        attachment.releasing.put(releasing.getSequence(), adopted);
      }
    }
  }

  /** What a consumer says it holds is out with it, unless it is with another node's by now. */
  private @Nullable Checkout adopt(ConsumerState consumer, QueueDelivery queue, long position) {
    QueueState messages = state.queue(queue.queueId());
    Checkout current = queue.out().get(position);
    boolean free =
        current == null || current.consumer().attachment().node() == consumer.attachment().node();
    if (messages == null || !messages.has(position) || !free) {
      return null;
    }
    if (current != null && current.consumer() == consumer) {
      return current; // another of its operations is about the same delivery
    }
    Checkout checkout = Checkout.adopted(consumer);
    queue.checkOut(position, checkout);
    return checkout;
  }
}
