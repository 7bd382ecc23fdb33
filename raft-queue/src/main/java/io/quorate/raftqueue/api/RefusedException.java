package io.quorate.raftqueue.api;

/**
 * The store understood a request and said no; the message says what is wrong and what would be
 * right. Not a failure: carries no stack trace.
 */
public final class RefusedException extends RuntimeException {

  /** Why, in terms that every protocol can map to its own error. */
  public enum Reason {
    NOT_FOUND,
    /**
     * The definition exists with other properties, or a condition (if-unused, if-empty) does not
     * hold.
     */
    PRECONDITION_FAILED,
    /** Held exclusively by another connection. */
    RESOURCE_LOCKED,
    /** Not allowed: reserved names, an exclusive consumer, permissions. */
    ACCESS_REFUSED,
    /** Nobody could answer in time (no leader, no majority). */
    UNAVAILABLE
  }

  private static final long serialVersionUID = 1L;
  private final Reason reason;

  public RefusedException(Reason reason, String text) {
    super(text, null, false, false);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
