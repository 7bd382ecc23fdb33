package io.quorate.admin.cli;

/** A command did not succeed; the message is one line for the user. */
final class AdminException extends RuntimeException {

  private static final long serialVersionUID = 1L;
  private final int exitCode;
  private final String text;

  private AdminException(int exitCode, String message) {
    super(message, null, false, false);
    this.exitCode = exitCode;
    this.text = message;
  }

  static AdminException failed(String message) {
    return new AdminException(ExitCodes.FAILED, message);
  }

  static AdminException unreachable(String message) {
    return new AdminException(ExitCodes.UNREACHABLE, message);
  }

  /** One line for the user. */
  String text() {
    return text;
  }

  int exitCode() {
    return exitCode;
  }
}
