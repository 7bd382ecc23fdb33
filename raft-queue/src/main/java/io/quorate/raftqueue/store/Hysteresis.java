package io.quorate.raftqueue.store;

import java.util.function.LongPredicate;

/**
 * A switch that goes on at one mark and off again at another, so that it does not flutter. For one
 * thread.
 */
final class Hysteresis {

  /** What a figure did to the switch. */
  enum Change {
    NONE,
    ON,
    OFF
  }

  private final LongPredicate goesOn;
  private final LongPredicate goesOff;
  private boolean on;

  /**
   * @param goesOn for which figures it goes on if it is off
   * @param goesOff for which figures it goes off if it is on
   */
  Hysteresis(LongPredicate goesOn, LongPredicate goesOff) {
    this.goesOn = goesOn;
    this.goesOff = goesOff;
  }

  boolean isOn() {
    return on;
  }

  Change see(long figure) {
    if (!on && goesOn.test(figure)) {
      on = true;
      return Change.ON;
    }
    if (on && goesOff.test(figure)) {
      on = false;
      return Change.OFF;
    }
    return Change.NONE;
  }
}
