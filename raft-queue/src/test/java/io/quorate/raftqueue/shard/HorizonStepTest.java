package io.quorate.raftqueue.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HorizonStepTest {

  private static final int LEAST = 1024;
  private static final int MOST = 32 * 1024;
  private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);

  private final HorizonStep step = new HorizonStep(LEAST, MOST);
  private long now = 5 * 60_000 * MS;

  private int next(boolean behind) {
    now += 20 * MS;
    return step.next(now, behind);
  }

  private void grow() {
    next(false);
    for (int i = 0; i < 10; i++) {
      step.isWaitedFor();
      next(false);
    }
  }

  @Test
  void itGrowsWhileDeliveriesWaitForIt() {
    int expected = LEAST;
    assertThat(next(false)).isEqualTo(expected);
    for (int i = 0; i < 10; i++) {
      step.isWaitedFor();
      expected = Math.min(MOST, 2 * expected);
      assertThat(next(false)).isEqualTo(expected);
      assertThat(step.messages()).isEqualTo(expected);
    }
  }

  @Test
  void itShrinksToTheLeastWhenNothingWaits() {
    grow();
    step.isWaitedFor();
    assertThat(next(false)).isEqualTo(MOST);
    assertThat(next(false)).isEqualTo(MOST - MOST / 8);
    for (int i = 0; i < 50; i++) {
      next(false);
    }
    assertThat(step.messages()).isEqualTo(LEAST);
  }

  @Test
  void aQueueThatHasBecomeSlowGetsTheLeastAtOnce() {
    grow();
    assertThat(step.messages()).isEqualTo(MOST);
    step.isWaitedFor();
    now += 2_000 * MS;
    assertThat(next(false)).isEqualTo(LEAST);
  }

  @Test
  void whoAsksTooLateDidNotNeedMore() {
    assertThat(next(true)).isEqualTo(LEAST);
    step.isWaitedFor();
    assertThat(next(false)).isEqualTo(LEAST);
    step.isWaitedFor();
    assertThat(next(false)).isEqualTo(2 * LEAST);
  }

  @Test
  void aFixedStepStaysAsItIs() {
    HorizonStep fixed = new HorizonStep(500, 10);
    fixed.next(now, false);
    fixed.isWaitedFor();
    assertThat(fixed.next(now + MS, false)).isEqualTo(500);
  }
}
