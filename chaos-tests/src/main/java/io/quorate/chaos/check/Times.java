package io.quorate.chaos.check;

import java.util.Locale;

/** Times for people. */
public final class Times {

  private Times() {}

  /** Seconds since the start, in milliseconds' precision. */
  public static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.3f s", nanos / 1e9);
  }

  /** A duration in milliseconds. */
  public static String millis(long nanos) {
    return String.format(Locale.ROOT, nanos < 10_000_000 ? "%.1f ms" : "%.0f ms", nanos / 1e6);
  }
}
