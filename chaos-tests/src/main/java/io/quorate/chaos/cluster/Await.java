package io.quorate.chaos.cluster;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for conditions. */
public final class Await {

  private static final Duration PAUSE = Duration.ofMillis(20);

  private Await() {}

  /**
   * Asks again and again until the answer is yes.
   *
   * @param state describes the state at the end for the message of the failure
   * @throws AssertionError if it is not within {@code limit}; an exception of the condition counts
   *     as no
   */
  public static void until(
      String what, Duration limit, Callable<Boolean> condition, Callable<String> state) {
    long deadline = System.nanoTime() + limit.toNanos();
    Throwable last = null;
    while (true) {
      try {
        if (condition.call()) {
          return;
        }
        last = null;
      } catch (Exception | AssertionError e) {
        last = e;
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            "not within " + limit + ": " + what + "; " + describe(state), last);
      }
      pause(PAUSE);
    }
  }

  /** As {@link #until(String, Duration, Callable, Callable)} without a description of the state. */
  public static void until(String what, Duration limit, Callable<Boolean> condition) {
    until(what, limit, condition, () -> "");
  }

  private static String describe(Callable<String> state) {
    try {
      return state.call();
    } catch (Exception | AssertionError e) {
      return "its state is unknown: " + e;
    }
  }

  /**
   * Lets time pass: for load that has to run for a while, never to wait for something to happen.
   */
  public static void pause(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
