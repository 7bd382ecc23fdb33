package io.quorate.node.lifecycle;

/** How the process ends. The numbers are part of the product: scripts depend on them. */
public enum ExitCode {
  STOPPED(0, "stopped in order (SIGTERM, SIGINT)"),
  FAILED(1, "failed unexpectedly; the log says where"),
  CONFIGURATION(2, "a setting or a flag is unknown or invalid"),
  /** Chosen by the JVM ({@code -XX:+ExitOnOutOfMemoryError}). */
  OUT_OF_MEMORY(3, "the heap is exhausted; give the node more with QUORATE_HEAP"),
  DATA_DIRECTORY(4, "the data directory is in use, not writable, or another node's"),
  PORT(5, "a port is in use, or its address is not this machine's"),
  DISK(6, "the disk of the store failed, is full, or is damaged"),
  STOP_TIMEOUT(7, "an orderly stop took longer than stop.timeout");

  private final int number;
  private final String description;

  ExitCode(int number, String description) {
    this.number = number;
    this.description = description;
  }

  /** The exit status of the process. */
  public int number() {
    return number;
  }

  public String description() {
    return description;
  }
}
