package io.quorate.raftqueue.raft.ratis;

/**
 * What this replica promises a leader with every append it accepts: to help nobody else to become
 * leader for the shortest election timeout. Leases rest on it.
 *
 * <p>It stands where acks and votes leave the process, and lets them leave one at a time: after an
 * ack no vote leaves for that long, and after a vote no ack to a leader of an earlier term. What
 * Ratis decided inside, and in which order, does not matter then. A leader that hands over its
 * leadership asks for the votes itself, after it has given up its lease. Thread-safe.
 */
final class LeaderPromise {
  private final long promisedNanos;
  private long lastAckNanos;
  private long votedTerm = -1;

  /**
   * @param heardNanos when this replica may have given its last promise in an earlier run: no later
   *     than the start of this process
   */
  LeaderPromise(RatisConfig.Limits limits, long heardNanos) {
    this.promisedNanos = limits.electionTimeoutMinMs() * 1_000_000L;
    this.lastAckNanos = heardNanos;
  }

  /**
   * Whether the acceptance of an append may leave as of {@code nowNanos}: then the promise is
   * given.
   *
   * @param term of the leader whose append it was
   */
  synchronized boolean mayAcknowledge(long term, long nowNanos) {
    if (term < votedTerm) {
      return false;
    }
    lastAckNanos = nowNanos;
    return true;
  }

  /**
   * Whether a vote, for another or for this replica itself, may leave.
   *
   * @param handedOver the leader itself asked the candidate to stand
   */
  synchronized boolean mayVote(long term, boolean handedOver, long nowNanos) {
    if (!handedOver && nowNanos - lastAckNanos < promisedNanos) {
      return false;
    }
    votedTerm = Math.max(votedTerm, term);
    return true;
  }
}
