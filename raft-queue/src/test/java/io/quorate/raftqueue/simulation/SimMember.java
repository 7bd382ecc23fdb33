package io.quorate.raftqueue.simulation;

import io.quorate.raftqueue.api.ClusterStatus;
import io.quorate.raftqueue.queue.Pages;
import io.quorate.raftqueue.raft.NotProposedException;
import io.quorate.raftqueue.raft.RaftGroup;
import io.quorate.raftqueue.raft.ReplicatedState;
import io.quorate.raftqueue.raft.SnapshotAbandonedException;
import io.quorate.raftqueue.simulation.RaftLog.Entry;
import io.quorate.raftqueue.simulation.RaftLog.Snapshot;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One replica of the simulated group, in one run of its node: keeps Raft's contract and uses all
 * the freedom it leaves. Leadership is told to the state as the real group does.
 */
final class SimMember implements RaftGroup {

  private final SimRaft raft;
  private final SimNode node;
  private final int run;
  private final RaftLog log;
  private final ReplicatedState state;
  private final SimLoop loop;
  private final SimTime time;

  private boolean leads;
  private long commit;
  private long handedOver;
  private boolean applying;
  private long done;
  private long bytesApplied;
  private long bytesAtSnapshot;
  private boolean snapshotting;
  private long lastHeard;
  private boolean transferring;

  // As the leader of log.term.
  private final Map<Integer, Long> match = new TreeMap<>();
  private final Map<Integer, Long> answeredSend = new TreeMap<>();
  private final Map<Long, CompletableFuture<Void>> pending = new TreeMap<>();
  private long firstOwn;

  // What the state has been told.
  private long epoch;
  private long epochs;
  private long lostTerm = -1;

  SimMember(
      SimRaft raft, SimNode node, RaftLog log, ReplicatedState state, SimLoop loop, SimTime time) {
    this.raft = raft;
    this.node = node;
    this.run = node.run();
    this.log = log;
    this.state = state;
    this.loop = loop;
    this.time = time;
    this.lastHeard = time.now();
  }

  /** Begins from what is on disk. */
  void start() {
    Snapshot snapshot = log.snapshot();
    restore(snapshot);
    tick();
  }

  private void restore(@Nullable Snapshot snapshot) {
    long index = snapshot == null ? 0 : snapshot.index();
    commit = index;
    handedOver = index;
    done = index;
    bytesAtSnapshot = bytesApplied;
    loop.waitFor(
        () -> {
          try {
            state.restore(
                snapshot == null ? null : snapshot.file(),
                snapshot == null ? null : snapshot.attachments(),
                snapshot == null ? 0 : snapshot.term(),
                index);
          } catch (java.io.IOException e) {
            throw new AssertionError("a snapshot cannot be read", e);
          }
        });
  }

  SimNode node() {
    return node;
  }

  RaftLog log() {
    return log;
  }

  boolean leads() {
    return leads;
  }

  /** The last entry that the state has taken in. */
  long done() {
    return done;
  }

  // ---- elections

  private void tick() {
    if (leads) {
      raft.others(this).forEach(this::sendAppend);
      if (time.now() - majorityAnswered() > SimRaft.MAX_ELECTION_US && time.oneIn(3)) {
        stepDown();
      }
    } else if (time.now() - lastHeard
        > time.between(SimRaft.MIN_ELECTION_US, SimRaft.MAX_ELECTION_US)) {
      raft.elect(this, false);
    }
    node.later(time.between(20_000, 40_000), this::tick);
  }

  /** Whether this member votes for another. */
  boolean votes(SimMember candidate, long term, boolean forced) {
    boolean heardLeader = leads ? leadsForSure() : heardLately();
    long lastTerm = log.termAt(log.last());
    long theirs = candidate.log.termAt(candidate.log.last());
    boolean upToDate =
        theirs > lastTerm || (theirs == lastTerm && candidate.log.last() >= log.last());
    return term > log.term && upToDate && (forced || !heardLeader || candidate == this);
  }

  private boolean heardLately() {
    return time.now() - lastHeard < SimRaft.MIN_ELECTION_US;
  }

  private boolean leadsForSure() {
    return time.now() - majorityAnswered() < SimRaft.MIN_ELECTION_US;
  }

  void newTerm(long term) {
    if (term > log.term) {
      boolean led = leads;
      if (led) {
        stepDown();
      }
      log.term = term;
    }
  }

  void win() {
    leads = true;
    transferring = false;
    match.clear();
    answeredSend.clear();
    firstOwn = log.last() + 1;
    raft.sim().say("", "node %d is elected in term %d", node.id(), log.term);
    appendOwn(new Entry(log.term, firstOwn, null, null, 0, this));
  }

  private void stepDown() {
    leads = false;
    transferring = false;
    raft.sim().say("", "node %d steps down in term %d", node.id(), log.term);
    List<CompletableFuture<Void>> lost = new ArrayList<>(pending.values());
    pending.clear();
    lostTerm = Math.max(lostTerm, log.term);
    endEpoch();
    lost.forEach(future -> future.completeExceptionally(new NotProposedException("deposed")));
  }

  // ---- what the state is told

  private void ready(long term) {
    if (term <= lostTerm || epoch != 0 || !leads || log.term != term) {
      return;
    }
    epoch = ++epochs;
    state.onLeaderReady(term);
  }

  private void endEpoch() {
    if (epoch != 0) {
      epoch = 0;
      state.onLeadershipLost();
    }
  }

  private void proposalFailed(long failedEpoch) {
    if (failedEpoch != 0 && failedEpoch == epoch) {
      endEpoch();
      resumeLater(log.term);
    }
  }

  private void resumeLater(long term) {
    node.later(
        50_000,
        () -> {
          if (leads && log.term == term) {
            if (transferring || handedOver < firstOwn) {
              resumeLater(term);
            } else {
              ready(term);
            }
          }
        });
  }

  // ---- RaftGroup

  @Override
  public int id() {
    return SimRaft.SHARD;
  }

  @Override
  public CompletableFuture<Void> propose(byte[] bytes, @Nullable Object context) {
    if (!leads || epoch == 0) {
      return CompletableFuture.failedFuture(new NotProposedException("does not lead"));
    }
    if (transferring || raft.sim().refusesProposal()) {
      raft.sim().say("", "node %d refuses a proposal", node.id());
      proposalFailed(epoch);
      return CompletableFuture.failedFuture(new NotProposedException("refused"));
    }
    Entry entry = new Entry(log.term, log.last() + 1, bytes, context, epoch, this);
    CompletableFuture<Void> future = new CompletableFuture<>();
    pending.put(entry.index(), future);
    appendOwn(entry);
    if (raft.sim().refusesProposal()) { // appended all the same
      long failed = epoch;
      raft.sim().say("", "node %d fails a proposal that it has appended", node.id());
      node.later(
          time.between(0, 3_000),
          () -> {
            proposalFailed(failed);
            future.completeExceptionally(new NotProposedException("failed"));
          });
    }
    return future;
  }

  @Override
  public boolean leaseValid() {
    return raft.sim().ignoresLease()
        || (epoch != 0
            && !transferring
            && time.now() - majorityAnswered() < SimRaft.MIN_ELECTION_US * 9 / 10);
  }

  /** When the append was sent that a majority has answered. */
  private long majorityAnswered() {
    List<Long> sends = new ArrayList<>(answeredSend.values());
    while (sends.size() < raft.size() - 1) {
      sends.add(-10_000_000L);
    }
    sends.add(time.now());
    sends.sort(null);
    return sends.get((raft.size() - 1) / 2);
  }

  @Override
  public void announceCommit() {}

  @Override
  public CompletableFuture<Void> readBarrier() {
    return CompletableFuture.failedFuture(new NotProposedException("not simulated"));
  }

  @Override
  public long bytesSinceSnapshot() {
    return bytesApplied - bytesAtSnapshot;
  }

  @Override
  public ClusterStatus.Group status() {
    return new ClusterStatus.Group(
        id(), null, leads ? "LEADER" : "FOLLOWER", log.term, commit, done, List.of());
  }

  @Override
  public long silenceMs(int other) {
    return Long.MAX_VALUE;
  }

  @Override
  public void takeSnapshot() {
    if (snapshotting) {
      return;
    }
    snapshotting = true;
    node.later(
        time.between(100, 5_000),
        () -> {
          long bytes = bytesApplied;
          java.nio.file.Path file = raft.sim().newFile();
          java.nio.file.Path attachments = raft.sim().newAttachments();
          state
              .writeSnapshot(file, attachments)
              .whenComplete(
                  (index, failure) -> {
                    snapshotting = false;
                    if (failure == null) {
                      snapshotWritten(file, attachments, index, bytes);
                    } else if (!(failure instanceof SnapshotAbandonedException
                        || failure instanceof Pages.NotForcedException)) {
                      time.after(
                          0,
                          () -> {
                            throw new AssertionError("a snapshot cannot be written", failure);
                          });
                    }
                  });
        });
  }

  private void snapshotWritten(
      java.nio.file.Path file, java.nio.file.Path attachments, long index, long bytes) {
    raft.sim().replicaSnapshot(node.id(), index, file, attachments);
    Snapshot before = log.snapshot();
    if (log.termAt(index) < 0 || (before != null && before.index() >= index)) {
      return; // a newer one was installed meanwhile
    }
    bytesAtSnapshot = Math.max(bytesAtSnapshot, bytes);
    log.snapshotTaken(new Snapshot(file, attachments, log.termAt(index), index), !time.oneIn(4));
  }

  @Override
  public CompletableFuture<Void> transferLeadership(int toNode) {
    if (!leads || epoch == 0) {
      return CompletableFuture.failedFuture(new NotProposedException("does not lead"));
    }
    transferring = true;
    long term = log.term;
    CompletableFuture<Void> result = new CompletableFuture<>();
    boolean fails = time.oneIn(2);
    node.later(
        time.between(1_000, 150_000),
        () -> {
          if (!leads || log.term != term) {
            result.complete(null);
            return;
          }
          if (!fails && raft.electForced(this, toNode)) {
            result.complete(null);
            return;
          }
          // The request to stand may still be under way.
          node.later(
              time.between(0, 200_000),
              () -> {
                if (leads && log.term == term && transferring && time.oneIn(2)) {
                  raft.electForced(this, toNode);
                }
              });
          node.later(
              210_000,
              () -> {
                if (log.term == term) {
                  transferring = false;
                }
              });
          result.completeExceptionally(new NotProposedException("transfer failed"));
        });
    return result;
  }

  // ---- the log

  private void appendOwn(Entry entry) {
    log.append(entry);
    long term = log.term;
    node.later(
        time.between(50, 2_000),
        () -> {
          if (leads && log.term == term) {
            log.flush(entry.index());
            advanceCommit();
          }
        });
    node.later(
        time.between(0, 300),
        () -> {
          if (leads && log.term == term) {
            raft.others(this).forEach(this::sendAppend);
          }
        });
  }

  private void sendAppend(int to) {
    long next = match.getOrDefault(to, Math.max(0, log.last() - 5)) + 1;
    Snapshot snapshot = log.snapshot();
    if (next < log.first() && snapshot != null) {
      long termNow = log.term;
      long sent = time.now();
      raft.send(this, to, other -> other.installSnapshot(termNow, snapshot, sent, this));
      return;
    }
    long previous = Math.min(next, log.last() + 1) - 1;
    long previousTerm = log.termAt(previous);
    List<Entry> entries = log.from(previous + 1);
    long term = log.term;
    long committed = commit;
    long sentAt = time.now();
    raft.send(
        this,
        to,
        other -> other.append(term, previous, previousTerm, entries, committed, sentAt, this));
  }

  private void append(
      long term,
      long previous,
      long previousTerm,
      List<Entry> entries,
      long leaderCommit,
      long sentAt,
      SimMember leader) {
    if (!heard(term, leader)) {
      return;
    }
    if (previous > commit && log.termAt(previous) != previousTerm) {
      long hint = commit;
      raft.send(this, leader.node.id(), back -> back.answered(this, term, hint, sentAt));
      return;
    }
    log.merge(entries);
    long last = entries.isEmpty() ? previous : entries.get(entries.size() - 1).index();
    node.later(
        time.between(50, 1_500),
        () -> {
          if (log.term == term) {
            log.flush(last);
            raft.send(this, leader.node.id(), back -> back.answered(this, term, last, sentAt));
          }
        });
    learnCommit(Math.min(leaderCommit, last));
  }

  private boolean heard(long term, SimMember leader) {
    if (term < log.term) {
      long newer = log.term;
      raft.send(this, leader.node.id(), back -> back.newTerm(newer));
      return false;
    }
    newTerm(term);
    lastHeard = time.now();
    return true;
  }

  private void answered(SimMember follower, long term, long matching, long sentAt) {
    if (!leads || log.term != term) {
      return;
    }
    match.merge(follower.node.id(), matching, Math::max);
    answeredSend.merge(follower.node.id(), sentAt, Math::max);
    advanceCommit();
  }

  private void advanceCommit() {
    List<Long> indexes = new ArrayList<>();
    for (int other : raft.others(this)) {
      indexes.add(match.getOrDefault(other, 0L));
    }
    indexes.add(log.flushed());
    indexes.sort(null);
    long majority = indexes.get((indexes.size() - 1) / 2);
    if (majority > commit && log.termAt(majority) == log.term) {
      learnCommit(majority);
      if (time.oneIn(3)) {
        raft.others(this).forEach(this::sendAppend);
      }
    }
  }

  private void learnCommit(long index) {
    if (index > commit) {
      commit = index;
      raft.committed(this, index);
      applySoon();
    }
  }

  private void installSnapshot(long term, Snapshot snapshot, long sentAt, SimMember leader) {
    if (!heard(term, leader)) {
      return;
    }
    if (snapshot.index() <= commit) {
      long mine = commit;
      raft.send(this, leader.node.id(), back -> back.answered(this, term, mine, sentAt));
      return;
    }
    raft.sim().say("", "node %d installs the snapshot of %d", node.id(), snapshot.index());
    log.install(snapshot);
    restore(snapshot);
    raft.send(this, leader.node.id(), back -> back.answered(this, term, snapshot.index(), sentAt));
  }

  private void applySoon() {
    if (!applying && handedOver < commit) {
      applying = true;
      boolean slow = time.oneIn(200);
      node.later(slow ? time.between(10_000, 80_000) : time.between(5, 400), this::applyNext);
    }
  }

  private void applyNext() {
    applying = false;
    if (handedOver < commit) {
      Entry entry = log.get(handedOver + 1);
      handedOver++;
      hand(entry);
      if (leads && entry.index() == firstOwn && entry.term() == log.term) {
        ready(log.term);
      }
      applySoon();
    }
  }

  private void hand(Entry entry) {
    byte[] bytes = raft.bytesOf(this, entry);
    if (bytes == null) {
      return;
    }
    bytesApplied += bytes.length;
    boolean own = entry.member() == this && entry.epoch() == epoch;
    CompletableFuture<Void> proposal = pending.remove(entry.index());
    state
        .apply(entry.term(), entry.index(), ByteBuffer.wrap(bytes), own ? entry.context() : null)
        .whenComplete(
            (taken, failure) -> {
              if (failure != null) {
                throw new AssertionError("an entry cannot be applied", failure);
              }
              done = entry.index();
            });
    if (proposal != null) {
      proposal.complete(null);
    }
  }

  @Override
  public String toString() {
    return "member %d/%d".formatted(node.id(), run);
  }
}
