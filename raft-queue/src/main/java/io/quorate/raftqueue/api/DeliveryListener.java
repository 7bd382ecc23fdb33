package io.quorate.raftqueue.api;

import java.util.List;

/**
 * Receives what a subscription is given. Called on threads of the store, one at a time; must not
 * block.
 */
public interface DeliveryListener {

  /** Messages in queue order; each counts one against the subscription's credit. */
  void onDeliveries(List<Delivery> deliveries);

  /** The queue is gone: nothing more will come, what is held needs no settling. */
  void onQueueDeleted();
}
