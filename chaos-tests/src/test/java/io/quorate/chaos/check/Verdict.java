package io.quorate.chaos.check;

/** What a checker says about a history. */
public enum Verdict {
  /** The guarantee held. */
  VALID,
  /** The history does not show whether it held. */
  UNKNOWN,
  /** It was broken. */
  INVALID;

  /** The worse of the two. */
  public Verdict and(Verdict other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
