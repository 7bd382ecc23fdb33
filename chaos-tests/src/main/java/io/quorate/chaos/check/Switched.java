package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;
import java.util.List;

/**
 * What is known, over an interval, of something that is switched on and off by operations that may
 * overlap or be unknown.
 *
 * @param certain whether it was in the same state all the time, for certain
 * @param since when that was certain
 */
record Switched(boolean certain, boolean on, long since) {

  /** How long an operation that was not answered may still take effect: requests end before. */
  private static final long LATEST_NANOS = 60_000_000_000L;

  /**
   * @param changes in the order of their starts
   * @param on the kind that switches on; all others switch off
   */
  static Switched at(List<Operation> changes, Kind on, long from, long to) {
    Operation last = null;
    for (Operation change : changes) {
      if (change.ok() && change.end() < from && (last == null || change.end() > last.end())) {
        last = change;
      }
    }
    if (last == null) {
      return new Switched(false, false, 0);
    }
    boolean state = last.kind() == on;
    for (Operation change : changes) {
      boolean otherWay = (change.kind() == on) != state;
      boolean mayCome = change.start() <= to && effectiveUntil(change) >= last.start();
      if (change != last && otherWay && mayCome) {
        return new Switched(false, state, 0);
      }
    }
    return new Switched(true, state, last.end());
  }

  /** The last moment at which it can take effect; before all time if it did not happen. */
  static long effectiveUntil(Operation change) {
    return switch (change.outcome()) {
      case OK -> change.end();
      case FAIL -> Long.MIN_VALUE;
      case UNKNOWN -> change.start() + LATEST_NANOS;
    };
  }
}
