package io.quorate.chaos.sut.network;

import java.time.Duration;

/**
 * What happens to the bytes of a connection on their way.
 *
 * @param delay added to each
 * @param jitter the most that is added to the delay, evenly distributed; bytes stay in order
 * @param stalled nothing passes at all
 */
record Shape(Duration delay, Duration jitter, boolean stalled) {

  static final Shape STRAIGHT = new Shape(Duration.ZERO, Duration.ZERO, false);
  static final Shape STALLED = new Shape(Duration.ZERO, Duration.ZERO, true);
}
