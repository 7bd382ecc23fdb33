package io.quorate.raftqueue.simulation;

import io.quorate.raftqueue.api.Delivery;
import io.quorate.raftqueue.api.Outcome;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongPredicate;

/** Watches what clients get and say, and checks what they are told. */
final class ClientWatch {

  private final Simulation sim;
  private final Fates fates;
  private final FrontendPresence presence;
  private final LongPredicate closed;
  private final PublisherOrder firstReceived;
  private final Set<Object> gone = new HashSet<>();
  private int confirmed;

  /**
   * @param closed whether a queue takes no messages any more
   */
  ClientWatch(Simulation sim, Fates fates, FrontendPresence presence, LongPredicate closed) {
    this.sim = sim;
    this.fates = fates;
    this.presence = presence;
    this.closed = closed;
    this.firstReceived = new PublisherOrder(sim, "first received");
  }

  int confirmed() {
    return confirmed;
  }

  void published(String payload, List<Long> queues, Outcome outcome) {
    if (outcome != Outcome.ACCEPTED) {
      sim.check(outcome == Outcome.UNKNOWN, "", "%s was refused", payload);
      return;
    }
    confirmed++;
    for (long queue : queues) {
      sim.check(
          sim.deleted(queue) || closed.test(queue) || fates.wasQueued(payload, queue),
          "q" + queue,
          "%s is confirmed and not in queue %d",
          payload,
          queue);
    }
  }

  // ---- deliveries

  void received(Object holder, SimProcess process, long queue, boolean auto, Delivery delivery) {
    Fate fate = fates.find(queue, delivery.position());
    String tag = Fates.tag(queue, delivery.position());
    sim.say(tag, "%s receives it", holder);
    if (fate != null && !delivery.redelivered() && holder instanceof SimConsumer) {
      firstReceived.check(holder.toString(), fate.payload, tag);
    }
    if (fate == null || auto) {
      return;
    }
    String key = Hold.key(holder, process);
    String from = fate.sendEpochs.getOrDefault(key, "");
    fate.contested |= fate.requeuesUnanswered > 0 || fate.settledByAnother(holder);
    for (Hold other : List.copyOf(fate.holds)) {
      sim.check(
          sim.deleted(queue) || !other.epoch.equals(from) || presence.lost(other),
          tag,
          "held by %s, and given to %s",
          other.holder,
          holder);
      if (other.holder == holder) {
        fate.holds.remove(other);
      } else {
        fate.contested = true;
      }
    }
    int hands = fate.handsAtSend.getOrDefault(key, 0);
    fate.holds.add(new Hold(holder, process, sim.time().now(), from, hands));
  }

  // ---- settles and requeues

  void settleAsked(Object holder, SimProcess process, long queue, long[] positions) {
    for (Fate fate : fates.find(queue, positions)) {
      fate.settlers.add(Hold.key(holder, process));
      fate.holds.stream()
          .filter(hold -> hold.holder == holder)
          .forEach(
              hold ->
                  fate.settling.computeIfAbsent(holder, one -> new ArrayDeque<>()).add(hold.hands));
    }
    answered(holder, queue, positions, "settles");
  }

  void requeueAsked(Object holder, long queue, long[] positions) {
    answered(holder, queue, positions, "requeues");
    fates.find(queue, positions).forEach(fate -> fate.requeuesUnanswered++);
  }

  void requeued(long queue, long[] positions) {
    fates.find(queue, positions).forEach(fate -> fate.requeuesUnanswered--);
  }

  private void answered(Object holder, long queue, long[] positions, String how) {
    for (Fate fate : fates.find(queue, positions)) {
      sim.say(fate.tag(), "%s %s it", holder, how);
      fate.holds.removeIf(hold -> hold.holder == holder);
    }
  }

  void settled(Object holder, long queue, long[] positions, Outcome outcome) {
    if (outcome != Outcome.ACCEPTED) {
      return;
    }
    for (Fate fate : fates.find(queue, positions)) {
      sim.say(fate.tag(), "its settle is confirmed");
      Integer hands = fate.answeredSettle(holder);
      boolean taken = hands != null && fate.changesOfHands() > hands;
      sim.check(
          fate.gone || sim.deleted(queue) || taken || fate.contested || gone.contains(holder),
          fate.tag(),
          "confirmed as settled, still there, and never taken from %s",
          holder);
      // one who held it before it went to another is told yes as well, and has settled nothing
      fate.settleConfirmed |= fate.gone && !fate.settledToBeSent;
    }
  }

  // ---- those that end

  /** A consumer is no more. */
  void forget(Object holder) {
    gone.add(holder);
    fates.forgetHolds(hold -> hold.holder == holder);
  }

  /** A process has ended, and all its clients with it. */
  void forgetProcess(SimProcess process) {
    fates.forgetHolds(hold -> hold.process == process);
  }
}
