package io.quorate.admin.cli;

/** How {@code quorate} ends; documented in its help and in docs/admin.md. */
final class ExitCodes {

  /** Done. */
  static final int OK = 0;

  /** A node answered and refused, or the command failed there. */
  static final int FAILED = 1;

  /** The command line is wrong; nothing was sent. */
  static final int USAGE = 2;

  /** No node answered in time. */
  static final int UNREACHABLE = 3;

  private ExitCodes() {}
}
