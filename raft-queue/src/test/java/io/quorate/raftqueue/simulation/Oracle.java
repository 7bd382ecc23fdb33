package io.quorate.raftqueue.simulation;

import io.quorate.link.v1.DeliveryRecord;
import io.quorate.link.v1.FromShard;
import io.quorate.log.v1.Batch;
import io.quorate.log.v1.Operation;
import io.quorate.log.v1.Run;
import io.quorate.raftqueue.api.Delivery;
import io.quorate.raftqueue.api.Outcome;
import io.quorate.raftqueue.queue.Effects;
import io.quorate.raftqueue.queue.QueueState;
import io.quorate.raftqueue.queue.ShardState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Knows everything: what is agreed, what leaders send, what clients get and say. Checks safety at
 * each step.
 */
final class Oracle implements Effects {

  /** What is known of one message in one queue. */
  private static final class Fate {
    final long queue;
    final long position;
    final String payload;
    final long index;
    final List<Hold> holds = new ArrayList<>();
    int sends;
    String lastSendEpoch = "";
    String lastSendTo = "";

    /** Two have claimed it, with a change of leaders between: whose it is now nobody can say. */
    boolean contested;

    /** Those who have given it back and do not know yet whether that came through. */
    int requeuesUnanswered;

    final Map<String, String> sendEpochs = new HashMap<>();
    final Map<String, Integer> handsAtSend = new HashMap<>();

    /** By who wants to settle it: how often it had changed hands when that one was sent it. */
    final Map<Object, ArrayDeque<Integer>> settling = new HashMap<>();

    boolean autoSent;

    /** How often it has come back, and by whom it was to be settled, as leaders name them. */
    int returns;

    final Set<String> settlers = new HashSet<>();
    boolean settleConfirmed;
    boolean gone;

    Fate(long queue, long position, String payload, long index) {
      this.queue = queue;
      this.position = position;
      this.payload = payload;
      this.index = index;
    }

    /** Whether somebody else wants to settle it, and has no answer yet. */
    boolean settledByAnother(Object holder) {
      return settling.keySet().stream().anyMatch(other -> other != holder);
    }

    /** After how many changes of hands the settle was asked for that is answered now. */
    @Nullable Integer answeredSettle(Object holder) {
      ArrayDeque<Integer> asked = settling.get(holder);
      Integer first = asked == null ? null : asked.poll();
      if (asked != null && asked.isEmpty()) {
        settling.remove(holder);
      }
      return first;
    }

    boolean settleAsked() {
      return !settlers.isEmpty();
    }

    /** Rises whenever whoever has it may have lost it: it came back, or went out again. */
    int changesOfHands() {
      return returns + sends;
    }
  }

  /** A client has a message and has not answered for it. */
  private static final class Hold {
    final Object holder;
    final SimProcess process;
    final long since;
    String epoch;

    /** How often the message had changed hands when it was sent. */
    final int hands;

    Hold(Object holder, SimProcess process, long since, String epoch, int hands) {
      this.holder = holder;
      this.process = process;
      this.since = since;
      this.epoch = epoch;
      this.hands = hands;
    }
  }

  /** How long a node's frontends have been without the leader. */
  private static final class Presence {
    Object port = new Object();
    long detachedAt = -1;
    long lastLost = -1;
  }

  private record Target(long queue, boolean auto) {}

  private record PurgeCall(SimProcess process, long start, long[] end) {}

  private final Simulation sim;
  private final ShardState shadow = new ShardState();
  private final Map<Long, TreeMap<Long, Fate>> fates = new TreeMap<>();
  private final Set<String> enqueued = new HashSet<>();
  private final Map<String, Long> lastEnqueued = new HashMap<>();
  private final Map<String, Long> lastFirst = new HashMap<>();
  private final Map<String, Target> subscriptions = new HashMap<>();
  private final Map<String, Target> gets = new HashMap<>();
  private final Set<Long> autoQueues = new HashSet<>();
  private final Map<Integer, Presence> presence = new TreeMap<>();
  private final Map<Long, List<PurgeCall>> purges = new HashMap<>();
  private final Map<String, Long> submitted = new HashMap<>();
  private final Set<Object> gone = new HashSet<>();
  private final Map<String, Long> startIndex = new HashMap<>();
  private String epoch = "";
  private Set<Integer> awaited = Set.of();
  private long leadingSince;
  private long epochNumber = -1;
  private long applyingIndex;
  private boolean applyingSession;
  private boolean closingIfEmpty;
  int confirmed;
  int delivered;

  Oracle(Simulation sim) {
    this.sim = sim;
  }

  // ---- what is agreed

  void committed(long index, byte[] bytes) {
    applyingIndex = index;
    Batch batch;
    try {
      batch = Batch.parseFrom(bytes);
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
    for (Run run : batch.getRunsList()) {
      applyingSession = run.hasSession();
      for (Operation operation : run.getOperationsList()) {
        closingIfEmpty = operation.getCloseQueue().getIfNextPosition() > 0;
        shadow.apply(
            batch.toBuilder()
                .clearRuns()
                .addRuns(run.toBuilder().clearOperations().addOperations(operation))
                .build(),
            this);
      }
    }
  }

  ShardState shadow() {
    return shadow;
  }

  private static String tag(long queue, long position) {
    return "q" + queue + "#" + position;
  }

  private @Nullable Fate fate(long queue, long position) {
    TreeMap<Long, Fate> known = fates.get(queue);
    return known == null ? null : known.get(position);
  }

  @Override
  public void sessionAdvanced(int node, long incarnation, long lastSequence) {}

  @Override
  public void enqueued(QueueState queue, long position) {
    String payload = queue.get(position).message().getBody().toStringUtf8();
    String tag = tag(queue.id(), position);
    sim.say(tag, "%s is in queue %d at %d", payload, queue.id(), position);
    sim.check(enqueued.add(payload + "@" + queue.id()), tag, "%s is queued twice", payload);
    inOrder(lastEnqueued, queue.id() + "", payload, tag, "queued");
    fates
        .computeIfAbsent(queue.id(), id -> new TreeMap<>())
        .put(position, new Fate(queue.id(), position, payload, applyingIndex));
  }

  private void inOrder(
      Map<String, Long> last, String place, String payload, String tag, String what) {
    int dot = payload.lastIndexOf('.');
    long number = Long.parseLong(payload.substring(dot + 1));
    Long before = last.put(place + " " + payload.substring(0, dot), number);
    sim.check(
        before == null || before < number,
        tag,
        "%s was %s after %s of the same publisher",
        payload,
        what,
        before);
  }

  @Override
  public void settled(QueueState queue, long position) {
    Fate fate = fate(queue.id(), position);
    String tag = tag(queue.id(), position);
    if (fate == null) {
      return;
    }
    fate.gone = true;
    sim.say(tag, "settled by %s", applyingSession ? "its holder" : "the leader");
    if (applyingSession) {
      sim.check(fate.settleAsked(), tag, "settled, and nobody asked for it");
      notHeld(fate, tag, "settled by another");
      return;
    }
    sim.check(autoQueues.contains(fate.queue), tag, "settled by the leader, for nobody");
    notHeld(fate, tag, "settled by the leader");
  }

  /** Nobody who has not asked for its end may hold it under the leader of the day. */
  private void notHeld(Fate fate, String tag, String what) {
    if (sim.deleted(fate.queue)) {
      return;
    }
    for (Hold hold : fate.holds) {
      sim.check(
          !hold.epoch.equals(epoch)
              || lost(hold)
              || fate.settlers.contains(key(hold.holder, hold.process)),
          tag,
          "%s while %s holds it",
          what,
          hold.holder);
    }
  }

  @Override
  public void requeued(QueueState queue, long position) {
    Fate fate = fate(queue.id(), position);
    String tag = tag(queue.id(), position);
    sim.say(tag, "given back");
    if (fate != null) {
      fate.returns++;
      notHeld(fate, tag, "given back");
    }
  }

  @Override
  public void purged(QueueState queue, long messages) {
    TreeMap<Long, Fate> known = fates.getOrDefault(queue.id(), new TreeMap<>());
    for (Fate fate : known.values()) {
      if (!fate.gone && !queue.has(fate.position)) {
        fate.gone = true;
        String tag = tag(fate.queue, fate.position);
        sim.say(tag, "purged");
        notHeld(fate, tag, "purged");
        sim.check(mayBePurged(fate), tag, "purged by a purge that was asked for before it");
      }
    }
  }

  /** Published before the purge, or at the same time by another node. */
  private boolean mayBePurged(Fate fate) {
    long at = submitted.getOrDefault(fate.payload, 0L);
    for (PurgeCall call : purges.getOrDefault(fate.queue, List.of())) {
      boolean same = fate.payload.startsWith(call.process() + ".");
      if (same ? call.start() > at : call.end()[0] < 0 || call.end()[0] > at) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void horizonRaised(QueueState queue) {
    sim.say("h" + queue.id(), "horizon of queue %d: %d", queue.id(), queue.horizon());
  }

  @Override
  public void queueDeleted(QueueState queue) {
    sim.say("q" + queue.id(), "queue %d deleted", queue.id());
    sim.check(sim.deleted(queue.id()), "q" + queue.id(), "queue %d deleted by nobody", queue.id());
    fates.getOrDefault(queue.id(), new TreeMap<>()).values().forEach(fate -> fate.gone = true);
  }

  /** Closed with a condition, it was empty: all that is in it has been sent to somebody. */
  @Override
  public void closeDecided(QueueState queue) {
    sim.say("q" + queue.id(), "queue %d is %s", queue.id(), queue.closed() ? "closed" : "open");
    if (queue.closed() && closingIfEmpty) {
      for (Fate fate : fates.getOrDefault(queue.id(), new TreeMap<>()).values()) {
        sim.check(
            fate.gone || fate.sends > 0,
            tag(fate.queue, fate.position),
            "closed as empty, with a message that nobody has been sent");
      }
    }
  }

  // ---- leaders

  void leading(SimProcess process, long number, long appliedIndex) {
    sim.say("", "node %s leads, epoch %d, applied %d", process, number, appliedIndex);
    startIndex.put(process + ":" + number, appliedIndex);
    if (number > epochNumber) {
      epochNumber = number;
      epoch = process + ":" + number;
      awaited = process.connectedFrontends();
      leadingSince = sim.time().now();
      presence.values().forEach(p -> p.detachedAt = -1);
    }
  }

  /** A leader sends something to a node's frontends. */
  void sent(SimProcess leader, SimProcess to, Object port, FromShard message) {
    Long number = leader.ledEpoch();
    String sender = leader + ":" + number;
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
                sentRecord(sender, key, java.util.Objects.requireNonNull(target), record);
              }
            });
    message.getRepliesList().stream()
        .filter(reply -> reply.hasGet() && reply.getGet().hasDelivery())
        .forEach(
            reply -> {
              Target target = gets.get(to + "/" + reply.getId());
              sentRecord(
                  sender,
                  to + "/get",
                  java.util.Objects.requireNonNull(target),
                  reply.getGet().getDelivery());
            });
  }

  private void sentRecord(String sender, String to, Target target, DeliveryRecord record) {
    String payload = record.getMessage().getBody().toStringUtf8();
    String tag = tag(target.queue(), record.getPosition());
    Fate fate = fate(target.queue(), record.getPosition());
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
    boolean fresh = fate.index > startIndex.getOrDefault(sender, Long.MAX_VALUE);
    sim.check(fate.sends == 0 || record.getRedelivered(), tag, "sent again without the flag");
    sim.check(
        fate.sends > 0 || !fresh || !record.getRedelivered(), tag, "flagged on its first way out");
    sim.check(
        target.auto() || sender.equals(epoch), tag, "sent by %s although %s leads", sender, epoch);
    sim.check(!fate.settleConfirmed, tag, "sent after its settle was confirmed");
    sim.check(!fate.autoSent, tag, "sent again after an auto-settled delivery");
    fate.sends++;
    fate.autoSent = target.auto();
    fate.lastSendEpoch = sender;
    fate.lastSendTo = to;
    fate.sendEpochs.put(to, sender);
    fate.handsAtSend.put(to, fate.changesOfHands());
  }

  void subscribed(SimProcess process, long id, long queue, boolean auto) {
    subscriptions.put(process + "/" + id, new Target(queue, auto));
    if (auto) {
      autoQueues.add(queue);
    }
  }

  void getSent(SimProcess process, long request, long queue, boolean auto) {
    gets.put(process + "/" + request, new Target(queue, auto));
    if (auto) {
      autoQueues.add(queue);
    }
  }

  // ---- who is there

  private Presence presence(int node) {
    return presence.computeIfAbsent(node, id -> new Presence());
  }

  private void attached(SimProcess to, Object port) {
    Presence of = presence(to.id());
    if (graceOver(of)) {
      of.lastLost = sim.time().now();
    }
    of.detachedAt = -1;
    of.port = port;
    if (!awaited.contains(to.id())
        || sim.time().now() - leadingSince > Simulation.SETTINGS.handoverMs() * 900L) {
      return; // too late to hand over what it holds
    }
    for (TreeMap<Long, Fate> queue : fates.values()) {
      for (Fate fate : queue.values()) {
        boolean adopted =
            !fate.gone
                && !fate.contested
                && !fate.lastSendEpoch.equals(epoch)
                && !autoQueues.contains(fate.queue);
        for (Hold hold : fate.holds) {
          if (adopted && hold.process == to && key(hold.holder, to).equals(fate.lastSendTo)) {
            hold.epoch = epoch;
          }
        }
      }
    }
  }

  private boolean graceOver(Presence of) {
    return of.detachedAt >= 0
        && sim.time().now() - of.detachedAt >= Simulation.SETTINGS.detachGraceMs() * 900L;
  }

  void portClosed(SimProcess leader, SimLink port) {
    Presence of = presence(port.from().id());
    if (of.port == port && of.detachedAt < 0) {
      of.detachedAt = sim.time().now();
    }
  }

  private boolean lost(Hold hold) {
    Presence of = presence(hold.process.id());
    return of.lastLost >= hold.since || graceOver(of);
  }

  // ---- clients

  void publishing(String payload) {
    submitted.put(payload, sim.time().now());
  }

  void published(String payload, List<Long> queues, Outcome outcome) {
    if (outcome != Outcome.ACCEPTED) {
      sim.check(outcome == Outcome.UNKNOWN, "", "%s was refused", payload);
      return;
    }
    confirmed++;
    for (long queue : queues) {
      sim.check(
          sim.deleted(queue) || closed(queue) || enqueued.contains(payload + "@" + queue),
          "q" + queue,
          "%s is confirmed and not in queue %d",
          payload,
          queue);
    }
  }

  void received(Object holder, SimProcess process, long queue, boolean auto, Delivery delivery) {
    Fate fate = fate(queue, delivery.position());
    String tag = tag(queue, delivery.position());
    sim.say(tag, "%s receives it", holder);
    if (fate != null && !delivery.redelivered() && holder instanceof SimConsumer) {
      inOrder(lastFirst, holder.toString(), fate.payload, tag, "first received");
    }
    if (fate == null || auto) {
      return;
    }
    String from = fate.sendEpochs.getOrDefault(key(holder, process), "");
    fate.contested |= fate.requeuesUnanswered > 0 || fate.settledByAnother(holder);
    for (Hold other : List.copyOf(fate.holds)) {
      sim.check(
          sim.deleted(queue) || !other.epoch.equals(from) || lost(other),
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
    int hands = fate.handsAtSend.getOrDefault(key(holder, process), 0);
    fate.holds.add(new Hold(holder, process, sim.time().now(), from, hands));
  }

  private static String key(Object holder, SimProcess process) {
    return holder instanceof SimConsumer consumer ? consumer.key() : process + "/get";
  }

  void settleAsked(Object holder, SimProcess process, long queue, long[] positions) {
    for (long position : positions) {
      Fate fate = fate(queue, position);
      if (fate != null) {
        fate.settlers.add(key(holder, process));
        fate.holds.stream()
            .filter(hold -> hold.holder == holder)
            .forEach(
                hold ->
                    fate.settling
                        .computeIfAbsent(holder, one -> new ArrayDeque<>())
                        .add(hold.hands));
      }
    }
    answered(holder, queue, positions, true);
  }

  void requeueAsked(Object holder, long queue, long[] positions) {
    answered(holder, queue, positions, false);
    unansweredRequeues(queue, positions, 1);
  }

  void requeued(long queue, long[] positions) {
    unansweredRequeues(queue, positions, -1);
  }

  private void unansweredRequeues(long queue, long[] positions, int change) {
    for (long position : positions) {
      Fate fate = fate(queue, position);
      if (fate != null) {
        fate.requeuesUnanswered += change;
      }
    }
  }

  private void answered(Object holder, long queue, long[] positions, boolean settle) {
    for (long position : positions) {
      Fate fate = fate(queue, position);
      if (fate != null) {
        sim.say(tag(queue, position), "%s %s it", holder, settle ? "settles" : "requeues");
        fate.holds.removeIf(hold -> hold.holder == holder);
      }
    }
  }

  void settled(Object holder, long queue, long[] positions, Outcome outcome) {
    for (long position : positions) {
      Fate fate = fate(queue, position);
      if (fate != null && outcome == Outcome.ACCEPTED) {
        sim.say(tag(queue, position), "its settle is confirmed");
        Integer hands = fate.answeredSettle(holder);
        boolean taken = hands != null && fate.changesOfHands() > hands;
        sim.check(
            fate.gone || sim.deleted(queue) || taken || fate.contested || gone.contains(holder),
            tag(queue, position),
            "confirmed as settled, still there, and never taken from %s",
            holder);
        fate.settleConfirmed |= fate.gone;
      }
    }
  }

  /** Marks the beginning of a purge; the answer is to be called when it is done. */
  Runnable purging(SimProcess process, long queue) {
    PurgeCall call = new PurgeCall(process, sim.time().now(), new long[] {-1});
    purges.computeIfAbsent(queue, id -> new ArrayList<>()).add(call);
    return () -> call.end()[0] = sim.time().now();
  }

  /** A consumer is no more. */
  void forget(Object holder) {
    gone.add(holder);
    fates.values().forEach(q -> q.values().forEach(f -> f.holds.removeIf(h -> h.holder == holder)));
  }

  /** A process has ended, and all its clients with it. */
  void forget(SimProcess process) {
    fates
        .values()
        .forEach(q -> q.values().forEach(f -> f.holds.removeIf(h -> h.process == process)));
  }

  // ---- at rest

  /** Positions that are in a queue, and those of them that a client holds. */
  long held(long queue) {
    return fates.getOrDefault(queue, new TreeMap<>()).values().stream()
        .filter(fate -> !fate.gone && !fate.holds.isEmpty())
        .count();
  }

  /** It takes no messages any more, and its definition goes soon. */
  private boolean closed(long queue) {
    QueueState state = shadow.queue(queue);
    return state != null && state.closed();
  }

  long count(long queue) {
    QueueState state = shadow.queue(queue);
    return state == null ? 0 : state.count();
  }

  /** A message that is in the queue, for the story of why. */
  String anyTag(long queue, boolean held) {
    return fates.getOrDefault(queue, new TreeMap<>()).values().stream()
        .filter(fate -> !fate.gone && fate.holds.isEmpty() != held)
        .findFirst()
        .map(fate -> tag(queue, fate.position))
        .orElse("q" + queue);
  }
}
