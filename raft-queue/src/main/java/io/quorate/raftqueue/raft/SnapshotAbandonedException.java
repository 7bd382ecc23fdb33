package io.quorate.raftqueue.raft;

/** The state was replaced by another replica's snapshot before its own was captured. */
public final class SnapshotAbandonedException extends Exception {
  private static final long serialVersionUID = 1L;

  public SnapshotAbandonedException() {
    super("another replica's snapshot has taken the place of the state");
  }
}
