package io.quorate.raftqueue.shard;

import java.util.HashSet;
import java.util.Set;

/**
 * The beginning of a leadership: the frontends hand over what their consumers hold.
 *
 * <pre>
 *   waiting --all awaited have attached, or handoverMs--> delivering
 *   delivering --all awaited have attached, and detachGraceMs, or a slow frontend's time--> consumers known
 * </pre>
 *
 * Who is awaited are those with a link when the leadership begins. One that has lost it for a
 * moment has its grace too, and what was asked of the leader before is asked again: no queue is
 * deleted for the lack of a consumer that may be on its way.
 *
 * <p>Invariant: nothing is delivered before it has opened delivery; no queue is deleted for the
 * lack of a consumer before the consumers are known. Loop thread only.
 */
final class Handover {

  /** How many times longer than deliveries the end of a queue waits for a slow frontend. */
  private static final long SLOW_FRONTEND = 10;

  private final DeliveryEngine delivery;
  private final Loop loop;
  private final ShardSettings settings;
  private final Set<Integer> awaited;
  private final Runnable closeAbandoned;
  private boolean graceOver;
  private boolean consumersKnown;
  private boolean stopped;

  /**
   * @param awaited nodes whose frontends are connected now: deliveries begin when they have
   *     attached, or after a while
   * @param closeAbandoned closes queues that should go with their last consumer and have none
   */
  Handover(
      DeliveryEngine delivery,
      Loop loop,
      ShardSettings settings,
      Set<Integer> awaited,
      Runnable closeAbandoned) {
    this.delivery = delivery;
    this.loop = loop;
    this.settings = settings;
    this.awaited = new HashSet<>(awaited);
    this.closeAbandoned = closeAbandoned;
  }

  void begin() {
    loop.schedule(this::openDelivery, settings.handoverMs());
    loop.schedule(this::graceOver, settings.detachGraceMs());
    loop.schedule(this::knowConsumers, (SLOW_FRONTEND + 1) * settings.handoverMs());
  }

  /** Whether a consumer that has not been handed over by now will not be. */
  boolean consumersKnown() {
    return consumersKnown;
  }

  /** A node's frontends have handed over. */
  void attached(int node) {
    boolean last = awaited.remove(node) && awaited.isEmpty();
    if (awaited.isEmpty()) {
      openDelivery();
    }
    if (last && graceOver) {
      // what it had asked of the last leader comes now
      loop.schedule(this::knowConsumers, settings.detachGraceMs());
    }
  }

  private void openDelivery() {
    if (!stopped && !delivery.isOpen()) {
      delivery.open();
      deleteAbandonedQueues();
    }
  }

  private void graceOver() {
    graceOver = true;
    if (awaited.isEmpty()) {
      knowConsumers();
    }
  }

  /** At the latest when a frontend is slow, or its node is gone: deliveries go on meanwhile. */
  private void knowConsumers() {
    if (!consumersKnown) {
      consumersKnown = true;
      deleteAbandonedQueues();
    }
  }

  /**
   * Auto-delete queues whose last consumer has gone with its node go too. Where a consumer is
   * cancelled by its client, its own node sees to that.
   */
  void deleteAbandonedQueues() {
    if (stopped || !delivery.isOpen() || !consumersKnown) {
      return; // consumers may still come and say that they are there
    }
    closeAbandoned.run();
  }

  void stop() {
    stopped = true;
  }
}
