package io.quorate.raftqueue.raft;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The state that a group replicates. Calls come from the group's own threads: {@link #apply},
 * {@link #writeSnapshot} and {@link #restore} one at a time and in log order, the notifications at
 * any moment. They must hand over quickly: the owner does its work on a thread of its own. In
 * particular they must not propose.
 */
public interface ReplicatedState {

  /**
   * A committed entry. The future completes when the state has taken it in; the group does not wait
   * for it before the next.
   *
   * @param entry the bytes that were proposed; valid for ever, must not be changed
   * @param context what {@link RaftGroup#propose} was given, if this replica proposed it, else null
   */
  CompletableFuture<Void> apply(long term, long index, ByteBuffer entry, @Nullable Object context);

  /** This replica leads and has applied everything of earlier terms. */
  void onLeaderReady(long term);

  /**
   * This replica leads no longer (or proposals were lost): what was proposed and not applied may be
   * lost.
   */
  void onLeadershipLost();

  /** Some replica is now known as leader; null if none is. */
  void onLeaderChanged(@Nullable Integer leaderNode);

  /**
   * Writes the state, as of an entry that has been applied, to a new file. The state is captured
   * soon, which may be after some more entries, and written in the background.
   *
   * @param attachments a directory for further files that the snapshot needs, under any names; not
   *     there yet, and left so if there are none. They are forced to disk already, and never change
   *     what the snapshot needs of them
   * @return the index of the last entry that the file covers, once the file is complete and forced
   *     to disk; fails with {@link SnapshotAbandonedException} if {@link #restore} comes first
   */
  CompletableFuture<Long> writeSnapshot(Path file, Path attachments);

  /**
   * Replaces the state by a snapshot; null for the empty state. Blocks until done.
   *
   * @param attachments the directory with the snapshot's further files, which may be missing if
   *     there are none; what is there may not be changed, and goes with the snapshot: who needs it
   *     for longer gives it a second name
   */
  void restore(@Nullable Path file, @Nullable Path attachments, long term, long index)
      throws IOException;

  /** The log can no longer be written (disk full or failing): the node must say so and stop. */
  void onLogFailed(Throwable cause);
}
