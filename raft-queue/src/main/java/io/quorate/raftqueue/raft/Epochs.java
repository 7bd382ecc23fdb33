package io.quorate.raftqueue.raft;

/**
 * Numbers of leaderships: they rise with every leadership of a group on whatever replica, also when
 * one replica begins afresh within a term, and tell the term.
 */
public final class Epochs {

  /** Leaderships of one replica within one term; more cannot be told apart. */
  private static final int PER_TERM = 1 << 16;

  private Epochs() {}

  /**
   * The number of the leadership that begins in {@code term}, after {@code last} of this replica.
   */
  public static long next(long term, long last) {
    return Math.max(term * PER_TERM, last + 1);
  }

  /** The Raft term of a leadership. */
  public static long term(long epoch) {
    return epoch / PER_TERM;
  }
}
