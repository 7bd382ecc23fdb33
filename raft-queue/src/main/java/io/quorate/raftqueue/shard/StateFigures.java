package io.quorate.raftqueue.shard;

import io.quorate.raftqueue.queue.ShardState;

/**
 * How large the state of a replica is.
 *
 * @param residentBytes what messages take in memory
 * @param loadedBytes of that, bodies that could be paged out
 * @param pagedBytes bytes of the messages that are paged
 * @param pagedMessages how many these are
 * @param pageFiles files they are in
 * @param damagedPages pages that cannot be read and wait for their repair
 * @param digest the last that was taken
 */
public record StateFigures(
    long residentBytes,
    long loadedBytes,
    long pagedBytes,
    long pagedMessages,
    int pageFiles,
    int damagedPages,
    StateDigest digest) {

  static final StateFigures NONE = new StateFigures(0, 0, 0, 0, 0, 0, StateDigest.NONE);

  static StateFigures of(ShardState state, ShardRepair repair, StateDigest digest) {
    return new StateFigures(
        state.residentBytes(),
        state.loadedBytes(),
        state.pagedBytes(),
        state.pagedMessages(),
        state.pages().files(),
        repair.waiting(),
        digest);
  }
}
