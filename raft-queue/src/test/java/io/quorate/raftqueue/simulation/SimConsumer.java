package io.quorate.raftqueue.simulation;

import io.quorate.raftqueue.api.Delivery;
import io.quorate.raftqueue.api.DeliveryListener;
import io.quorate.raftqueue.api.QueueRef;
import io.quorate.raftqueue.api.Subscription;
import io.quorate.raftqueue.api.SubscriptionSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client's consumer: holds what it is given for a while, then acks or gives it back. */
final class SimConsumer implements DeliveryListener {

  /** A message or two. */
  private static final long WINDOW_BYTES = 12;

  private final Simulation sim;
  private final SimProcess process;
  private final QueueRef queue;
  private final boolean auto;
  private final boolean drains;
  private @Nullable Subscription subscription;
  private long granted;
  private long received;
  private long untakenBytes;
  private boolean cancelled;
  private boolean refused;
  private boolean ended;

  SimConsumer(Simulation sim, SimProcess process, long queue, boolean auto, boolean drains) {
    this.sim = sim;
    this.process = process;
    this.queue = new QueueRef(queue, SimRaft.SHARD);
    this.auto = auto;
    this.drains = drains;
  }

  void subscribe(int credit, int priority, boolean exclusive) {
    granted = credit;
    if (exclusive) {
      sim.wantedExclusively(queue.id());
    }
    process
        .client()
        .subscribe(
            queue, new SubscriptionSpec(auto, exclusive, priority, credit, WINDOW_BYTES), this)
        .whenComplete(
            (active, failure) -> {
              subscription = active;
              refused = failure != null;
              sim.say(
                  "q" + queue.id(),
                  "%s subscribed to %d: %s",
                  this,
                  queue.id(),
                  failure == null ? "yes" : failure.getMessage());
            });
  }

  @Override
  public void onDeliveries(List<Delivery> deliveries) {
    received += deliveries.size();
    sim.check(received <= granted, "q" + queue.id(), "%s got more than it granted", this);
    sim.check(!cancelled, "q" + queue.id(), "%s got a delivery after its cancel-ok", this);
    for (Delivery delivery : deliveries) {
      long bytes = delivery.message().payloadBytes();
      untakenBytes += bytes;
      sim.check(
          untakenBytes - bytes < WINDOW_BYTES,
          "q" + queue.id(),
          "%s is sent more bytes than it has room for: %d",
          this,
          untakenBytes);
      process.later(sim.time().between(10, 5_000), () -> take(bytes));
      sim.oracle().clients().received(this, process, queue.id(), auto, delivery);
    }
    Subscription active = subscription;
    if (auto) {
      sim.check(active != null, "", "%s got a delivery before its consume-ok", this);
      grant(deliveries.size());
    } else if (sim.time().oneIn(3)) {
      resolveLater(deliveries.stream().mapToLong(Delivery::position).toArray());
    } else {
      deliveries.forEach(delivery -> resolveLater(new long[] {delivery.position()}));
    }
  }

  private void take(long bytes) {
    Subscription active = subscription;
    if (active == null) {
      process.later(1_000, () -> take(bytes)); // it came before the consume-ok
    } else if (!ended) {
      untakenBytes -= bytes;
      active.grant(0, bytes);
    }
  }

  private void resolveLater(long[] positions) {
    SimTime time = sim.time();
    int delay =
        time.oneIn(15) && !drains ? time.between(100_000, 900_000) : time.between(10, 15_000);
    process.later(delay, () -> resolve(positions));
  }

  private void resolve(long[] positions) {
    Subscription active = subscription;
    if (active == null) {
      return;
    }
    if (!drains && !sim.draining() && sim.time().oneIn(5)) {
      sim.oracle().clients().requeueAsked(this, queue.id(), positions);
      process
          .client()
          .requeue(
              queue,
              active.id(),
              positions,
              outcome -> sim.oracle().clients().requeued(queue.id(), positions));
    } else {
      sim.oracle().clients().settleAsked(this, process, queue.id(), positions);
      process
          .client()
          .settle(
              queue,
              active.id(),
              positions,
              positions[0] % 2 == 0,
              outcome -> sim.oracle().clients().settled(this, queue.id(), positions, outcome));
    }
    grant(positions.length);
  }

  void grant(int credits) {
    Subscription active = subscription;
    if (active != null && !cancelled) {
      granted += credits;
      active.grant(credits, 0);
    }
  }

  void cancel() {
    Subscription active = subscription;
    if (active != null && !ended) {
      sim.say("q" + queue.id(), "%s cancels", this);
      active.cancel().whenComplete((done, failure) -> cancelled = true);
    }
  }

  @Override
  public void onQueueDeleted() {
    ended = true;
    sim.say("q" + queue.id(), "%s is told that its queue is gone", this);
    sim.check(
        sim.deleted(queue.id()) || sim.everExclusive(queue.id()),
        "q" + queue.id(),
        "%s was told its queue is gone; it is not, and nobody wanted it exclusively",
        this);
    sim.oracle().clients().forget(this);
  }

  /** As its leader names it. */
  String key() {
    Subscription active = subscription;
    return process + "/" + (active == null ? "?" : active.id());
  }

  SimProcess process() {
    return process;
  }

  long queueId() {
    return queue.id();
  }

  boolean active() {
    return subscription != null && !cancelled && !ended && process.running();
  }

  boolean answered() {
    return subscription != null || refused;
  }

  /** Whether its consume-ok has come. */
  boolean subscribed() {
    return subscription != null;
  }

  boolean ended() {
    return ended;
  }

  boolean cancelled() {
    return cancelled;
  }

  long credit() {
    return granted - received;
  }

  @Override
  public String toString() {
    Subscription active = subscription;
    return "consumer %s.%s%s"
        .formatted(process, active == null ? "?" : active.id(), auto ? "a" : "");
  }
}
