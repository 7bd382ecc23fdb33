package io.quorate.raftqueue.raft.ratis;

/**
 * What a leader's lease rests on: when the appends were sent that one follower answered.
 *
 * <p>A follower that hears from its leader at least once per shortest election timeout helps nobody
 * to become leader: it refuses pre-votes. After a longer gap it may have granted a pre-vote whose
 * election is still under way when the leader is heard again, and real votes are granted to a
 * higher term however recently the leader was heard. So after such a gap the follower does not
 * count until every election begun in the gap is over.
 *
 * <p>All times are {@link System#nanoTime}. Thread-safe.
 */
final class FollowerAcks {
  /** Lease and gap as parts of the shortest election timeout: the rest is for drifting clocks. */
  private static final double LEASE_RATIO = 0.8;

  private static final double GAP_RATIO = 0.9;

  private final long leaseNanos;
  private final long gapNanos;
  private final long probationNanos;

  private volatile long sentNanos;
  private volatile long countsFromNanos;
  private volatile boolean acked;

  /**
   * @param heardNanos a moment before which the follower cannot have helped anybody else in this
   *     term: when the votes of the leader's own election were asked for
   */
  FollowerAcks(RatisConfig.Limits limits, long heardNanos, long nowNanos) {
    this.leaseNanos = (long) (limits.electionTimeoutMinMs() * LEASE_RATIO * 1e6);
    this.gapNanos = (long) (limits.electionTimeoutMinMs() * GAP_RATIO * 1e6);
    // Collecting pre-votes and then votes takes one election timeout each, at most.
    this.probationNanos = (long) (limits.electionTimeoutMaxMs() * 2.2 * 1e6);
    this.sentNanos = heardNanos;
    this.countsFromNanos = nowNanos;
  }

  /** The follower accepted, as of {@code nowNanos}, an append sent at {@code sent}. */
  synchronized void ack(long sent, long nowNanos) {
    if (nowNanos - sentNanos >= gapNanos) {
      countsFromNanos = nowNanos + probationNanos;
    }
    if (sent - sentNanos > 0) {
      sentNanos = sent;
    }
    acked = true;
  }

  /** Whether the follower helps nobody else to become leader now. */
  boolean valid(long nowNanos) {
    return acked && nowNanos - sentNanos < leaseNanos && nowNanos - countsFromNanos >= 0;
  }
}
