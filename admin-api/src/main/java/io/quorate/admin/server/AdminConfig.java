package io.quorate.admin.server;

/**
 * Settings of the admin server, with its bounds.
 *
 * @param host address to listen on; there is no authentication yet, so anything but loopback opens
 *     the cluster to whoever can reach it
 * @param port TCP port, 0 to 65535; 0 takes a free one
 * @param maxConcurrentCalls calls under way on this node at once, 1 and up; more are refused with
 *     RESOURCE_EXHAUSTED
 * @param maxRequestBytes size of a request message, 1024 and up
 * @param defaultPageSize queues on a page if the request names no number, 1 to {@code maxPageSize}
 * @param maxPageSize most queues on a page, 1 to 10000
 * @param statsTimeoutMs how long to wait for the figures of leaders and replicas before an answer
 *     goes out without them, in milliseconds, 1 and up; shortened when the caller's deadline is
 *     nearer
 * @param requestTimeoutMs deadline of a call whose caller set none or a later one, in milliseconds,
 *     1 and up
 */
public record AdminConfig(
    String host,
    int port,
    int maxConcurrentCalls,
    int maxRequestBytes,
    int defaultPageSize,
    int maxPageSize,
    long statsTimeoutMs,
    long requestTimeoutMs) {

  public AdminConfig {
    if (host.isBlank()) {
      throw new IllegalArgumentException("host is empty; it must be an address, e.g. 127.0.0.1");
    }
    range("port", port, 0, 65535);
    range("maxConcurrentCalls", maxConcurrentCalls, 1, 100_000);
    range("maxRequestBytes", maxRequestBytes, 1024, 64 << 20);
    range("maxPageSize", maxPageSize, 1, 10_000);
    range("defaultPageSize", defaultPageSize, 1, maxPageSize);
    range("statsTimeoutMs", statsTimeoutMs, 1, 3_600_000);
    range("requestTimeoutMs", requestTimeoutMs, 1, 3_600_000);
  }

  /** The defaults: 64 calls, 64 KiB requests, pages of 100 and at most 1000, 2 s, 30 s. */
  public static AdminConfig of(String host, int port) {
    return new AdminConfig(host, port, 64, 64 << 10, 100, 1000, 2_000, 30_000);
  }

  private static void range(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          name + " is " + value + "; it must be " + min + " to " + max);
    }
  }
}
