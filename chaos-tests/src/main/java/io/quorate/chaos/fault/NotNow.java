package io.quorate.chaos.fault;

/** A fault cannot be done at the moment; the message says why. It is noted, not hidden. */
public final class NotNow extends RuntimeException {

  private static final long serialVersionUID = 1;

  public NotNow(String reason) {
    super(reason);
  }
}
