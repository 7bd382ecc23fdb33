package io.quorate.amqp.protocol;

/** The reply codes, and what each of them closes (specification 1.1). */
public enum ReplyCode {
@CONSTANTS@
  /** What an error does. */
  public enum Severity {
    /** It is no error. */
    NONE,
    /** It closes the channel. */
    SOFT,
    /** It closes the connection. */
    HARD
  }

  private final int code;
  private final Severity severity;

  ReplyCode(int code, Severity severity) {
    this.code = code;
    this.severity = severity;
  }

  /** The code on the wire, 200 to 541. */
  public int code() {
    return code;
  }

  /** What it closes, by the specification. */
  public Severity severity() {
    return severity;
  }

  /** Whether it closes the connection. */
  public boolean isHard() {
    return severity == Severity.HARD;
  }
}
