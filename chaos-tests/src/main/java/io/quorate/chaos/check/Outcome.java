package io.quorate.chaos.check;

/** How an operation ended. */
public enum Outcome {
  /** It happened, between its start and its end. */
  OK,
  /** It did not happen. */
  FAIL,
  /** It may have happened, or may still: at any time after its start. */
  UNKNOWN
}
