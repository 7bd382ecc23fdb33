package io.quorate.raftqueue.raft;

/**
 * An entry was not accepted: this replica does not lead, or the group is closing. Carries no stack
 * trace.
 */
public final class NotProposedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public NotProposedException(String reason) {
    super(reason, null, false, false);
  }
}
