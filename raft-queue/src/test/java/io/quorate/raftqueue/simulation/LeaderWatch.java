package io.quorate.raftqueue.simulation;

import io.quorate.link.v1.DeliveryRecord;
import io.quorate.link.v1.FromShard;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Watches who leads, and checks what leaders send. */
final class LeaderWatch {

  private record Target(long queue, boolean auto) {}

  private final Simulation sim;
  private final Fates fates;
  private final FrontendPresence presence;
  private final Map<String, Target> subscriptions = new HashMap<>();
  private final Map<String, Target> gets = new HashMap<>();
  private final Set<Long> autoQueues = new HashSet<>();
  private final Map<String, Long> startIndex = new HashMap<>();
  private String epoch = "";
  private Set<Integer> awaited = Set.of();
  private long leadingSince;
  private long epochNumber = -1;
  private int delivered;

  LeaderWatch(Simulation sim, Fates fates, FrontendPresence presence) {
    this.sim = sim;
    this.fates = fates;
    this.presence = presence;
  }

  /** The leadership of the day. */
  String epoch() {
    return epoch;
  }

  /** Whether a queue has, or had, somebody whose deliveries are settled as they are sent. */
  boolean anyAuto(long queue) {
    return autoQueues.contains(queue);
  }

  int delivered() {
    return delivered;
  }

  void leading(SimProcess process, long number, long appliedIndex) {
    sim.say("", "node %s leads, epoch %d, applied %d", process, number, appliedIndex);
    startIndex.put(process + ":" + number, appliedIndex);
    if (number > epochNumber) {
      epochNumber = number;
      epoch = process + ":" + number;
      awaited = process.connectedFrontends();
      leadingSince = sim.time().now();
      presence.leaderChanged();
    }
  }

  void subscribed(SimProcess process, long id, long queue, boolean auto) {
    asked(subscriptions, process + "/" + id, queue, auto);
  }

  void getSent(SimProcess process, long request, long queue, boolean auto) {
    asked(gets, process + "/" + request, queue, auto);
  }

  private void asked(Map<String, Target> by, String key, long queue, boolean auto) {
    by.put(key, new Target(queue, auto));
    if (auto) {
      autoQueues.add(queue);
    }
  }

  // ---- what a leader sends

  void sent(SimProcess leader, SimProcess to, Object port, FromShard message) {
    String sender = leader + ":" + leader.ledEpoch();
    if (message.hasAttached()) {
      sim.say("", "node %s attached at %s", to, sender);
      if (sender.equals(epoch)) {
        attached(to, port);
      }
    }
    message
        .getDeliveriesList()
        .forEach(
            deliveries -> {
              String key = to + "/" + deliveries.getSubscription();
              Target target = subscriptions.get(key);
              for (DeliveryRecord record : deliveries.getRecordsList()) {
                sim.check(target != null, "", "a delivery for %s, which is unknown", key);
                sentRecord(sender, key, Objects.requireNonNull(target), record);
              }
            });
    message.getRepliesList().stream()
        .filter(reply -> reply.hasGet() && reply.getGet().hasDelivery())
        .forEach(
            reply -> {
              Target target = Objects.requireNonNull(gets.get(to + "/" + reply.getId()));
              sentRecord(sender, to + "/get", target, reply.getGet().getDelivery());
            });
  }

  private void attached(SimProcess to, Object port) {
    presence.attached(to, port);
    if (!awaited.contains(to.id())
        || sim.time().now() - leadingSince > Simulation.SETTINGS.handoverMs() * 900L) {
      return; // too late to hand over what it holds
    }
    fates.all().filter(this::canBeAdopted).forEach(fate -> adopt(fate, to));
  }

  private boolean canBeAdopted(Fate fate) {
    return !fate.gone
        && !fate.contested
        && !fate.lastSendEpoch.equals(epoch)
        && !autoQueues.contains(fate.queue);
  }

  private void adopt(Fate fate, SimProcess by) {
    for (Hold hold : fate.holds) {
      if (hold.process == by && hold.key().equals(fate.lastSendTo)) {
        hold.epoch = epoch;
      }
    }
  }

  private void sentRecord(String sender, String to, Target target, DeliveryRecord record) {
    String payload = record.getMessage().getBody().toStringUtf8();
    String tag = Fates.tag(target.queue(), record.getPosition());
    Fate fate = fates.find(target.queue(), record.getPosition());
    sim.say(
        tag,
        "%s sends %s to %s, %s, count %d",
        sender,
        payload,
        to,
        record.getRedelivered() ? "flagged" : "not flagged",
        record.getDeliveryCount());
    sim.check(fate != null && fate.payload.equals(payload), tag, "%s was never queued", payload);
    if (fate == null) {
      return;
    }
    delivered++;
    checkSent(sender, target, record, fate);
    fate.sends++;
    fate.autoSent = target.auto();
    fate.lastSendEpoch = sender;
    fate.lastSendTo = to;
    fate.sendEpochs.put(to, sender);
    fate.handsAtSend.put(to, fate.changesOfHands());
  }

  private void checkSent(String sender, Target target, DeliveryRecord record, Fate fate) {
    String tag = fate.tag();
    boolean fresh = fate.index > startIndex.getOrDefault(sender, Long.MAX_VALUE);
    sim.check(fate.sends == 0 || record.getRedelivered(), tag, "sent again without the flag");
    sim.check(
        fate.sends > 0 || !fresh || !record.getRedelivered(), tag, "flagged on its first way out");
    sim.check(
        target.auto() || sender.equals(epoch), tag, "sent by %s although %s leads", sender, epoch);
    sim.check(!fate.settleConfirmed, tag, "sent after its settle was confirmed");
    sim.check(!fate.autoSent, tag, "sent again after an auto-settled delivery");
  }
}
