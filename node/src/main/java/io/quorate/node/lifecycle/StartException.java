package io.quorate.node.lifecycle;

/**
 * The node cannot start, for a reason that its operator can do something about. The message is a
 * line to show; there is no stack trace.
 */
public final class StartException extends Exception {

  private static final long serialVersionUID = 1L;

  private final ExitCode exitCode;

  public StartException(ExitCode exitCode, String message) {
    super(message, null, false, false);
    this.exitCode = exitCode;
  }

  public ExitCode exitCode() {
    return exitCode;
  }
}
