package io.quorate.chaos.check;

import java.util.Arrays;

/** Durations in nanoseconds, and their quantiles. */
final class Latencies {

  private long[] values = new long[256];
  private int size;
  private boolean sorted;

  void add(long nanos) {
    if (size == values.length) {
      values = Arrays.copyOf(values, 2 * size);
    }
    values[size++] = nanos;
    sorted = false;
  }

  int size() {
    return size;
  }

  /** The smallest value that is not less than this part of all; 0 if there is none. */
  long quantile(double part) {
    if (size == 0) {
      return 0;
    }
    if (!sorted) {
      Arrays.sort(values, 0, size);
      sorted = true;
    }
    return values[Math.max(0, Math.min(size - 1, (int) Math.ceil(part * size) - 1))];
  }

  /** For people. */
  @Override
  public String toString() {
    return "n %d, p50 %s, p99 %s, p99.9 %s, max %s"
        .formatted(
            size,
            Times.millis(quantile(0.5)),
            Times.millis(quantile(0.99)),
            Times.millis(quantile(0.999)),
            Times.millis(quantile(1)));
  }
}
