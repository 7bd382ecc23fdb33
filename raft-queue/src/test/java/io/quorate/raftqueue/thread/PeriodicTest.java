package io.quorate.raftqueue.thread;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PeriodicTest {

  @Test
  void aTaskThatFailsIsRunAgain() throws Exception {
    ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
    try {
      CountDownLatch runs = new CountDownLatch(3);
      Periodic.every(
          executor,
          1,
          "a task of a test",
          () -> {
            runs.countDown();
            throw new IllegalStateException("on purpose");
          });
      assertThat(runs.await(30, TimeUnit.SECONDS)).isTrue();
    } finally {
      executor.shutdownNow();
    }
  }
}
