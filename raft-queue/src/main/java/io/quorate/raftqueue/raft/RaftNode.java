package io.quorate.raftqueue.raft;

import java.io.IOException;

/** The Raft server of this node, with all its groups. */
public interface RaftNode extends AutoCloseable {

  /**
   * Starts this node's replica of a group, from disk if it was there before. Call before {@link
   * #start}.
   */
  RaftGroup addGroup(int id, ReplicatedState state) throws IOException;

  /** Begins to take part in all groups. */
  void start() throws IOException;

  /** Stops all groups; what is committed stays on disk. */
  @Override
  void close() throws IOException;
}
