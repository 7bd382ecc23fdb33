package io.quorate.raftqueue.raft.ratis;

import io.quorate.raftqueue.thread.DaemonThreads;
import io.quorate.raftqueue.thread.Periodic;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has this node stand for election as soon as a leader has been silent for its timeout.
 *
 * <p>Ratis's own timer sleeps for a whole timeout between two looks at the clock, so that up to two
 * go by before a dead leader is missed. This one looks often. It also knows two things that Ratis
 * does not: a broken link to the leader's process means that there is nothing to wait for beyond
 * the shortest timeout, and members stand in the order of their numbers, so that two that miss the
 * leader at the same time do not split the votes. Ratis's timer goes on behind it.
 *
 * <p>It disturbs no leader that lives: it asks for pre-votes first, and a member that has heard the
 * leader within the shortest timeout refuses them. Safe it is by {@link LeaderPromise}.
 */
final class ElectionTimer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ElectionTimer.class);

  /** How often silence is measured; adds half of this to a failover. */
  static final int TICK_MS = 20;

  private final RatisConfig.Limits limits;
  private final Collection<StandingMember> members;
  private final Set<Integer> unreachable = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService clock;
  private long lastTickNanos;
  private long quietUntilNanos;

  /**
   * @param members this node's replica of each group
   */
  ElectionTimer(RatisConfig.Limits limits, Collection<StandingMember> members) {
    this.limits = limits;
    this.members = members;
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(1, DaemonThreads.named("raft-election-timer"));
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    timer.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
    this.clock = timer;
  }

  void start() {
    lastTickNanos = System.nanoTime();
    quietUntilNanos = lastTickNanos;
    Periodic.every(clock, TICK_MS, "the election timer", this::tick);
  }

  /** What a connection to the node's process says about it. Thread-safe. */
  void reachable(int node, boolean is) {
    if (is) {
      unreachable.remove(node);
    } else {
      unreachable.add(node);
    }
  }

  private void tick() {
    long now = System.nanoTime();
    if (now - lastTickNanos > millis(limits.electionTimeoutMinMs())) {
      // This process stood still: what leaders said meanwhile has still to be read.
      quietUntilNanos = now + millis(limits.electionTimeoutMinMs());
    }
    lastTickNanos = now;
    if (now - quietUntilNanos < 0) {
      return;
    }
    for (StandingMember member : members) {
      try {
        member.standIfLeaderSilent(now, unreachable);
      } catch (RuntimeException e) {
        LOG.warn("cannot tell whether the leader of {} is alive: {}", member, e.toString());
      }
    }
  }

  static long millis(long value) {
    return TimeUnit.MILLISECONDS.toNanos(value);
  }

  /** Runs what waits for other nodes. */
  static Executor requests() {
    return task -> DaemonThreads.of(task, "raft-pre-vote").start();
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
