package io.quorate.raftqueue.queue;

/**
 * A paged body cannot be read back, or is not what was written. The replica that it happens to must
 * stop: its next start builds the state anew from snapshot and log.
 */
public final class PageException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public PageException(String message) {
    super(message);
  }

  public PageException(String message, Throwable cause) {
    super(message, cause);
  }
}
