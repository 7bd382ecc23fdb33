package io.quorate.chaos.history;

/**
 * The four events of an operation's life: an {@code INVOKE} and at most one of the others. An
 * operation without one of the others is as good as {@code INFO}.
 */
public enum EventType {
  /** The operation begins; written before anything leaves. */
  INVOKE,
  /** It happened, for certain. */
  OK,
  /** It did not happen and never will, for certain: nothing left, or the broker refused it. */
  FAIL,
  /** Unknown: it may have happened or may still. What any exception after the first byte means. */
  INFO;

  private final String text = name().toLowerCase(java.util.Locale.ROOT);

  /** As in the history. */
  public String text() {
    return text;
  }

  static EventType parse(String text) {
    return switch (text) {
      case "invoke" -> INVOKE;
      case "ok" -> OK;
      case "fail" -> FAIL;
      case "info" -> INFO;
      default -> throw new IllegalArgumentException("no type of event: " + text);
    };
  }
}
