package io.quorate.raftqueue.simulation;

/** A guarantee does not hold. */
final class Violation extends AssertionError {
  private static final long serialVersionUID = 1L;

  private final String tag;

  /**
   * @param tag what the story is about: a queue, a message
   */
  Violation(String tag, String text) {
    super(text);
    this.tag = tag;
  }

  String tag() {
    return tag;
  }
}
