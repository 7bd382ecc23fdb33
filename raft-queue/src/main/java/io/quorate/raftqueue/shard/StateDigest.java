package io.quorate.raftqueue.shard;

import io.quorate.raftqueue.queue.ShardState;

/**
 * What a replica's state amounted to at an index of the log. Replicas of a shard that have one for
 * the same index have to have the same: each takes one before the first entry at or behind every
 * 64th index, however often it was started meanwhile.
 *
 * @param index all entries before it were applied, and no other; -1 if none was taken yet
 * @param value see {@link ShardState#digest}
 */
public record StateDigest(long index, long value) {

  static final StateDigest NONE = new StateDigest(-1, 0);

  private static final long STEP = 64;

  /**
   * The one to be known when the entry at an index is about to be applied.
   *
   * @param applied the index of the last one that was
   */
  StateDigest before(long next, long applied, ShardState state) {
    long due = next - next % STEP;
    return due > applied ? new StateDigest(due, state.digest()) : this;
  }
}
