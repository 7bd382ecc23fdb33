package io.quorate.raftqueue.shard;

/**
 * Bounds and times of a shard.
 *
 * @param batchBytes how large a Raft entry may grow before the next is begun
 * @param maxInFlight entries that may be proposed and not yet applied
 * @param horizonLeast how far ahead of its deliveries a queue's horizon is raised, in messages
 * @param horizonMost the same for a queue whose deliveries would wait for it otherwise: the most
 *     that can be flagged redelivered after a failover without having been delivered
 * @param handoverMs how long a new leader waits for the frontends to say what their consumers hold
 * @param detachGraceMs how long a frontend whose link broke keeps what its consumers hold
 * @param leaseRetryMs pause before deliveries are tried again when the leader's lease was not valid
 * @param snapshotBytes log bytes after which a snapshot is taken, at least; more when the state is
 *     larger than that
 * @param lingerMaxUs how long a crowd's next entry waits for company, at most, on a machine that
 *     has no processor time to spare
 * @param settleDelayUs how long acks that nobody waits for wait for something to share their entry,
 *     at most
 * @param crowd from so many operations on an entry is a crowd's, and the next waits until it is
 *     applied
 * @param inboxEntries tasks that wait for the shard's loop from which on those who bring entries to
 *     apply are made to wait
 * @param burst most tasks that the loop takes before it sends and proposes what has gathered
 */
public record ShardSettings(
    int batchBytes,
    int maxInFlight,
    int horizonLeast,
    int horizonMost,
    int handoverMs,
    int detachGraceMs,
    int leaseRetryMs,
    long snapshotBytes,
    int lingerMaxUs,
    int settleDelayUs,
    int crowd,
    int inboxEntries,
    int burst) {

  public static final ShardSettings DEFAULT =
      new ShardSettings(
          256 * 1024, 2, 1024, 32 * 1024, 500, 1_000, 10, 64L << 20, 2_000, 2_000, 16, 1_024, 512);

  /** For a shard whose entries cost nothing. */
  public ShardSettings withoutSettleDelay() {
    return with(snapshotBytes, 0);
  }

  public ShardSettings withSnapshotBytes(long bytes) {
    return with(bytes, settleDelayUs);
  }

  private ShardSettings with(long snapshotBytes, int settleDelayUs) {
    return new ShardSettings(
        batchBytes,
        maxInFlight,
        horizonLeast,
        horizonMost,
        handoverMs,
        detachGraceMs,
        leaseRetryMs,
        snapshotBytes,
        lingerMaxUs,
        settleDelayUs,
        crowd,
        inboxEntries,
        burst);
  }
}
