package io.quorate.raftqueue.shard;

import io.quorate.log.v1.Batch;
import io.quorate.log.v1.Operation;
import io.quorate.log.v1.Run;
import io.quorate.log.v1.Session;
import io.quorate.raftqueue.queue.ShardState;
import io.quorate.raftqueue.raft.RaftGroup;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Gathers operations into Raft entries: a lone one leaves at once unless it is an ack, a crowd that
 * arrives while entries are under way shares the next. Order is kept.
 */
final class BatchPipeline {

  /**
   * What comes back from the group with an entry of this replica's own: saves parsing it, and says
   * whose it is.
   */
  record Proposal(BatchPipeline pipeline, Batch batch) {}

  private record Gathered(Batch batch, int operations) {}

  private final RaftGroup group;
  private final Loop loop;
  private final ShardSettings settings;
  private final BooleanSupplier stillLeads;
  private final ArrayDeque<Gathered> full = new ArrayDeque<>();
  private Batch.Builder open = newBatch();
  private Run.@Nullable Builder run;
  private @Nullable Session runSession;
  private long openBytes;
  private int openOperations;
  private int inFlight;

  /** How many operations the latest entry under way carries. */
  private int latestOperations;

  /** Whether somebody waits for what the open batch holds. */
  private boolean awaited;

  /** Since when the open batch has not been empty. */
  private long openSince;

  private long lingerUntil;
  private boolean lingers;

  /**
   * @param stillLeads false once this leadership is over: what it still wants to propose must not
   *     get into the next
   */
  BatchPipeline(RaftGroup group, Loop loop, ShardSettings settings, BooleanSupplier stillLeads) {
    this.group = group;
    this.loop = loop;
    this.settings = settings;
    this.stillLeads = stillLeads;
  }

  private static Batch.Builder newBatch() {
    return Batch.newBuilder().setVersion(ShardState.FORMAT_VERSION);
  }

  /** Adds an operation of a session, or (null) of the leader itself. */
  void add(@Nullable Session session, Operation operation) {
    if (run == null || !Objects.equals(session, runSession)) {
      startRun(session);
    }
    if (openOperations == 0) {
      openSince = loop.nanoTime();
    }
    if (session == null || !operation.hasSettle()) {
      awaited = true;
    }
    Objects.requireNonNull(run).addOperations(operation);
    openBytes += operation.getSerializedSize() + 4L;
    openOperations++;
    if (openBytes >= settings.batchBytes()) {
      closeBatch();
    }
  }

  private void startRun(@Nullable Session session) {
    run = open.addRunsBuilder();
    runSession = session;
    if (session != null) {
      run.setSession(session);
    }
  }

  private void closeBatch() {
    full.add(new Gathered(open.build(), openOperations));
    open = newBatch();
    run = null;
    openBytes = 0;
    openOperations = 0;
    awaited = false;
  }

  /** Somebody waits for acks that have been added; those that come later may wait again. */
  void hurry() {
    awaited = openOperations > 0;
  }

  /** Proposes as much as may be under way. */
  void flush() {
    if (full.isEmpty() && waitNanos() > 0) {
      return;
    }
    while (inFlight < settings.maxInFlight() && stillLeads.getAsBoolean()) {
      if (full.isEmpty()) {
        if (openBytes == 0 || crowded()) {
          return;
        }
        closeBatch();
      }
      Gathered gathered = full.remove();
      Batch batch = gathered.batch();
      latestOperations = gathered.operations();
      inFlight++;
      // A failure is told by ReplicatedState.onLeadershipLost, which ends this pipeline.
      group.propose(batch.toByteArray(), new Proposal(this, batch));
    }
  }

  /** Whether what comes now waits for the end of what is under way. */
  boolean crowded() {
    return inFlight > 0 && latestOperations >= settings.crowd();
  }

  /**
   * For how long a crowd's next entry still waits, so that more can share it; in nanoseconds, 0 if
   * it does not. Only on a machine that has no processor time to spare ({@link
   * Loop#patienceNanos}).
   */
  long lingerNanos() {
    if (!lingers) {
      return 0;
    }
    long left = lingerUntil - loop.nanoTime();
    lingers = left > 0;
    return lingers ? left : 0;
  }

  /** For how long nothing is proposed unless more is added; in nanoseconds, 0 if nothing waits. */
  long waitNanos() {
    return Math.max(lingerNanos(), settleDelayNanos());
  }

  /**
   * Acks that nobody waits for leave with the next operation of another kind: an entry costs the
   * same whatever is in it, and consumers got their credit with the ack.
   */
  private long settleDelayNanos() {
    if (awaited || openOperations == 0) {
      return 0;
    }
    return Math.max(0, openSince + settings.settleDelayUs() * 1_000L - loop.nanoTime());
  }

  /** An entry of this pipeline has been applied. */
  void applied() {
    inFlight--;
    if (latestOperations >= settings.crowd()) {
      lingerUntil = loop.nanoTime() + loop.patienceNanos();
      lingers = true;
    }
  }
}
