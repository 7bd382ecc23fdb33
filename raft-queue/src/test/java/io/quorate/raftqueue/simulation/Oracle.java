package io.quorate.raftqueue.simulation;

import io.quorate.log.v1.Batch;
import io.quorate.log.v1.Operation;
import io.quorate.log.v1.Run;
import io.quorate.raftqueue.queue.Effects;
import io.quorate.raftqueue.queue.QueueState;
import io.quorate.raftqueue.queue.ShardState;

/**
 * Knows everything: what is agreed, what leaders send, what clients get and say. Checks safety at
 * each step. What is agreed is checked here, the rest by its parts.
 */
final class Oracle implements Effects {

  private final Simulation sim;
  private final ShardState shadow = new ShardState();
  private final Fates fates = new Fates();
  private final FrontendPresence presence;
  private final LeaderWatch leaders;
  private final ClientWatch clients;
  private final PurgeCalls purges;
  private final PublisherOrder queued;
  private long applyingIndex;
  private boolean applyingSession;
  private boolean closingIfEmpty;

  Oracle(Simulation sim) {
    this.sim = sim;
    this.presence = new FrontendPresence(sim);
    this.leaders = new LeaderWatch(sim, fates, presence);
    this.clients = new ClientWatch(sim, fates, presence, this::closed);
    this.purges = new PurgeCalls(sim);
    this.queued = new PublisherOrder(sim, "queued");
  }

  LeaderWatch leaders() {
    return leaders;
  }

  ClientWatch clients() {
    return clients;
  }

  FrontendPresence presence() {
    return presence;
  }

  PurgeCalls purges() {
    return purges;
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

  @Override
  public void sessionAdvanced(int node, long incarnation, long lastSequence) {}

  @Override
  public void enqueued(QueueState queue, long position) {
    String payload = queue.get(position).message().getBody().toStringUtf8();
    String tag = Fates.tag(queue.id(), position);
    sim.say(tag, "%s is in queue %d at %d", payload, queue.id(), position);
    sim.check(fates.noteQueued(payload, queue.id()), tag, "%s is queued twice", payload);
    queued.check(queue.id() + "", payload, tag);
    fates.add(new Fate(queue.id(), position, payload, applyingIndex));
  }

  @Override
  public void settled(QueueState queue, long position) {
    Fate fate = fates.find(queue.id(), position);
    String tag = Fates.tag(queue.id(), position);
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
    fate.settledToBeSent = true;
    sim.check(leaders.anyAuto(fate.queue), tag, "settled by the leader, for nobody");
    notHeld(fate, tag, "settled by the leader");
  }

  /** Nobody who has not asked for its end may hold it under the leader of the day. */
  private void notHeld(Fate fate, String tag, String what) {
    if (sim.deleted(fate.queue)) {
      return;
    }
    for (Hold hold : fate.holds) {
      sim.check(
          !hold.epoch.equals(leaders.epoch())
              || presence.lost(hold)
              || fate.settlers.contains(hold.key()),
          tag,
          "%s while %s holds it",
          what,
          hold.holder);
    }
  }

  @Override
  public void requeued(QueueState queue, long position) {
    Fate fate = fates.find(queue.id(), position);
    String tag = Fates.tag(queue.id(), position);
    sim.say(tag, "given back");
    if (fate != null) {
      fate.returns++;
      notHeld(fate, tag, "given back");
    }
  }

  @Override
  public void purged(QueueState queue, long messages) {
    for (Fate fate : fates.of(queue.id())) {
      if (!fate.gone && !queue.has(fate.position)) {
        fate.gone = true;
        String tag = fate.tag();
        sim.say(tag, "purged");
        notHeld(fate, tag, "purged");
        sim.check(purges.mayHaveTaken(fate), tag, "purged by a purge that was asked for before it");
      }
    }
  }

  @Override
  public void horizonRaised(QueueState queue) {
    sim.say("h" + queue.id(), "horizon of queue %d: %d", queue.id(), queue.horizon());
  }

  @Override
  public void queueDeleted(QueueState queue) {
    sim.say("q" + queue.id(), "queue %d deleted", queue.id());
    sim.check(sim.deleted(queue.id()), "q" + queue.id(), "queue %d deleted by nobody", queue.id());
    fates.of(queue.id()).forEach(fate -> fate.gone = true);
  }

  /** Closed with a condition, it was empty: all that is in it has been sent to somebody. */
  @Override
  public void closeDecided(QueueState queue) {
    sim.say("q" + queue.id(), "queue %d is %s", queue.id(), queue.closed() ? "closed" : "open");
    if (queue.closed() && closingIfEmpty) {
      for (Fate fate : fates.of(queue.id())) {
        sim.check(
            fate.gone || fate.sends > 0,
            fate.tag(),
            "closed as empty, with a message that nobody has been sent");
      }
    }
  }

  // ---- at rest

  /** Positions that are in a queue, and those of them that a client holds. */
  long held(long queue) {
    return fates.of(queue).stream().filter(fate -> !fate.gone && !fate.holds.isEmpty()).count();
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
    return fates.of(queue).stream()
        .filter(fate -> !fate.gone && fate.holds.isEmpty() != held)
        .findFirst()
        .map(Fate::tag)
        .orElse("q" + queue);
  }
}
