package io.quorate.raftqueue.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IncarnationTest {
  @TempDir Path directory;

  @Test
  void itRisesByTheClock() throws Exception {
    assertThat(Incarnation.next(directory, 5_000)).isEqualTo(5_000);
    assertThat(Incarnation.next(directory, 7_000)).isEqualTo(7_000);
  }

  @Test
  void whereTheClockWasSetBackItIsBeyondTheSessionsOfTheLastRun() throws Exception {
    Incarnation.next(directory, 5_000);
    assertThat(Incarnation.next(directory, 4_000)).isEqualTo(1_005_000);
    assertThat(Incarnation.next(directory, 4_000)).isEqualTo(2_005_000);
  }

  /**
   * Chaos seed 4028: numbers had run ahead of the clock with each start; the node that took a
   * damaged one's place had an earlier one, and nobody listened to it.
   */
  @Test
  void aNodeWithAnEmptyDiskThatTakesAnothersPlaceIsLaterThanThatWas() throws Exception {
    Incarnation.next(directory.resolve("a"), 5_000);
    long last = Incarnation.next(directory.resolve("a"), 6_000);
    assertThat(Incarnation.next(directory.resolve("b"), 7_000)).isGreaterThan(last);
  }
}
