package io.quorate.raftqueue.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IncarnationTest {
  @TempDir Path directory;

  @Test
  void eachRunHasALaterOneThatTheSessionsOfTheLastDoNotReach() throws Exception {
    long first = Incarnation.next(directory.resolve("a"));
    assertThat(Incarnation.next(directory.resolve("a"))).isGreaterThanOrEqualTo(first + 1_000);
  }

  /**
   * Chaos seed 4028: numbers had run ahead of the clock by a quarter of an hour with each start;
   * the node that took a damaged one's place had an earlier one, and nobody listened to it.
   */
  @Test
  void aNodeWithAnEmptyDiskThatTakesAnothersPlaceIsLaterThanThatWas() throws Exception {
    long last = 0;
    for (int start = 0; start < 3; start++) {
      last = Incarnation.next(directory.resolve("a"));
      Thread.sleep(1_100); // sooner no node is there again
    }
    assertThat(Incarnation.next(directory.resolve("b"))).isGreaterThan(last);
  }
}
