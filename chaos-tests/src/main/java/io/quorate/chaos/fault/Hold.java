package io.quorate.chaos.fault;

import io.quorate.chaos.cluster.Await;
import java.time.Duration;

/** The time for which a fault is held. */
public final class Hold {

  private final long end;

  Hold(Duration length) {
    end = System.nanoTime() + length.toNanos();
  }

  public boolean isOver() {
    return System.nanoTime() >= end;
  }

  /** Lets time pass, but no longer than to the end. */
  public void rest(Duration time) {
    long left = Math.min(time.toNanos(), end - System.nanoTime());
    if (left > 0) {
      Await.pause(Duration.ofNanos(left));
    }
  }

  public void toTheEnd() {
    rest(Duration.ofNanos(Long.MAX_VALUE / 2));
  }
}
