package io.quorate.raftqueue.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MemoryAlarmTest {

  private static final long LIMIT = 512L << 20;

  @Test
  void goesOnAboveTheLimitAndOffATenthBelowIt() {
    AtomicLong resident = new AtomicLong(LIMIT);
    MemoryAlarm alarm = new MemoryAlarm(resident::get, LIMIT);
    assertThat(alarm.look()).isFalse();
    resident.set(LIMIT + 1);
    assertThat(alarm.look()).isTrue();
    resident.set(LIMIT * 9 / 10);
    assertThat(alarm.look()).isTrue();
    resident.set(LIMIT * 9 / 10 - 1);
    assertThat(alarm.look()).isFalse();
  }
}
