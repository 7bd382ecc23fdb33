package io.quorate.chaos.check;

/** What a history says about a guarantee. */
public enum Verdict {
  /** It held. */
  VALID,
  /** It cannot be told: not enough happened, or the end was not seen. */
  UNKNOWN,
  /** It was broken. */
  INVALID;

  /** The worse of the two. */
  public Verdict and(Verdict other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
