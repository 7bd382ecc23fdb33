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

  /**
   * What a connection to another node's process says about it: a hint for elections. A group whose
   * leader's process cannot be reached elects another without waiting longer than it has to.
   * Thread-safe.
   */
  void reachable(int node, boolean is);

  /** Stops all groups; what is committed stays on disk. */
  @Override
  void close() throws IOException;
}
