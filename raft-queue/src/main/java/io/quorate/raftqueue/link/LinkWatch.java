package io.quorate.raftqueue.link;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Judges one link, for the side that opened it and for the side that took it: is something heard,
 * and is what waits taken? Thread-safe.
 */
final class LinkWatch {

  private final LinkLimits limits;
  private volatile long lastHeardNanos = System.nanoTime();

  LinkWatch(LinkLimits limits) {
    this.limits = limits;
  }

  /** Something has come. */
  void heard() {
    lastHeardNanos = System.nanoTime();
  }

  /**
   * Why the link is of no use any more; null while it is.
   *
   * @param queue what waits to be sent on it
   */
  @Nullable String fault(SendQueue<?> queue) {
    if (System.nanoTime() - lastHeardNanos > TimeUnit.MILLISECONDS.toNanos(limits.silenceMs())) {
      return "nothing heard for too long";
    }
    if (queue.stuckNanos() > TimeUnit.MILLISECONDS.toNanos(limits.stallMs())) {
      return "nothing of what waits is taken";
    }
    return null;
  }
}
