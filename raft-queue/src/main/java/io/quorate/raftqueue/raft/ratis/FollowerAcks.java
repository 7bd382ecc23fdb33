package io.quorate.raftqueue.raft.ratis;

/**
 * What a leader's lease rests on: when the latest append was sent that one follower accepted.
 *
 * <p>With its acceptance the follower promised ({@link LeaderPromise}) to help nobody else to
 * become leader for the shortest election timeout; it came later than the append was sent.
 *
 * <p>All times are {@link System#nanoTime}. Thread-safe.
 */
final class FollowerAcks {
  /** The lease as a part of the shortest election timeout: the rest is for drifting clocks. */
  private static final double LEASE_RATIO = 0.8;

  private final long leaseNanos;
  private volatile long sentNanos;
  private volatile boolean acked;

  FollowerAcks(RatisConfig.Limits limits) {
    this.leaseNanos = (long) (limits.electionTimeoutMinMs() * LEASE_RATIO * 1e6);
  }

  /** The follower accepted an append sent at {@code sent}. */
  synchronized void ack(long sent) {
    if (!acked || sent - sentNanos > 0) {
      sentNanos = sent;
      acked = true;
    }
  }

  /** Whether the follower helps nobody else to become leader now. */
  boolean valid(long nowNanos) {
    return acked && nowNanos - sentNanos < leaseNanos;
  }
}
