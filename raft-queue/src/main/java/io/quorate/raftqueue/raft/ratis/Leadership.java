package io.quorate.raftqueue.raft.ratis;

import io.quorate.raftqueue.raft.ReplicatedState;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Tells the state, in an order that makes sense, when it leads and what it proposed.
 *
 * <p>Each stretch between {@link ReplicatedState#onLeaderReady} and {@link
 * ReplicatedState#onLeadershipLost} is an epoch; contexts come back only in the epoch that proposed
 * them. Ratis's threads race each other here (the one that applies and those that change the role);
 * the lock makes one sequence of their calls. Nothing that takes Ratis's locks is called under it.
 */
final class Leadership {
  private final ReplicatedState state;
  private final ReentrantLock lock = new ReentrantLock();

  /** The running epoch; 0 while not leading. */
  private volatile long epoch;

  private long epochs;
  private long term;
  private long lostTerm = -1;
  private @Nullable Integer leader;

  Leadership(ReplicatedState state) {
    this.state = state;
  }

  /** 0 while this replica does not lead. */
  long epoch() {
    return epoch;
  }

  /** Whether this thread is in a call to the state: it must not wait for Ratis then. */
  boolean notifying() {
    return lock.isHeldByCurrentThread();
  }

  CompletableFuture<Void> apply(
      long entryTerm, long index, ByteBuffer bytes, @Nullable LocalEntry local) {
    lock.lock();
    try {
      boolean own = local != null && local.epoch() == epoch;
      return state.apply(entryTerm, index, bytes, own && local != null ? local.context() : null);
    } finally {
      lock.unlock();
    }
  }

  /** Leads in {@code newTerm}, unless that was lost again already. */
  void ready(long newTerm) {
    lock.lock();
    try {
      if (newTerm <= lostTerm || epoch != 0) {
        return;
      }
      term = newTerm;
      epoch = ++epochs;
      state.onLeaderReady(newTerm);
    } finally {
      lock.unlock();
    }
  }

  /** Leads no longer in {@code oldTerm} or any before. */
  void lost(long oldTerm) {
    lock.lock();
    try {
      lostTerm = Math.max(lostTerm, oldTerm);
      endEpoch();
      leaderChanged(null);
    } finally {
      lock.unlock();
    }
  }

  /**
   * A proposal of {@code proposalEpoch} failed.
   *
   * @return the term to go on with by {@link #ready} if leadership goes on, or -1 if this failure
   *     belongs to an epoch that has ended
   */
  long proposalFailed(long proposalEpoch) {
    lock.lock();
    try {
      if (proposalEpoch == 0 || proposalEpoch != epoch) {
        return -1;
      }
      endEpoch();
      return term;
    } finally {
      lock.unlock();
    }
  }

  void leaderChanged(@Nullable Integer newLeader) {
    lock.lock();
    try {
      if (newLeader == null ? leader != null : !newLeader.equals(leader)) {
        leader = newLeader;
        state.onLeaderChanged(newLeader);
      }
    } finally {
      lock.unlock();
    }
  }

  private void endEpoch() {
    if (epoch != 0) {
      epoch = 0;
      state.onLeadershipLost();
    }
  }
}
