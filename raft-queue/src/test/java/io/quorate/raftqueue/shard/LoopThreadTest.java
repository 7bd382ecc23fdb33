package io.quorate.raftqueue.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LoopThreadTest {

  private final LoopThread loop = new LoopThread("test-loop");

  @Test
  void whatIsNeededSoonWaitsForTheWakeThatComes() throws Exception {
    List<String> ran = new CopyOnWriteArrayList<>();
    onLoop(() -> loop.wakeComes(true));
    awaitParked();
    loop.executeSoon(() -> ran.add("soon"));
    Thread.sleep(100);
    assertThat(ran).isEmpty();
    onLoop(() -> ran.add("wake"));
    assertThat(ran).containsExactly("soon", "wake");
    loop.close();
  }

  @Test
  void whatIsNeededSoonRunsAtOnceWhenNoWakeComes() throws Exception {
    onLoop(() -> loop.wakeComes(true));
    onLoop(() -> loop.wakeComes(false));
    awaitParked();
    CountDownLatch ran = new CountDownLatch(1);
    loop.executeSoon(ran::countDown);
    assertThat(ran.await(5, TimeUnit.SECONDS)).isTrue();
    loop.close();
  }

  /** The entry that was to wake the loop waited for room in an inbox that nobody emptied. */
  @Test
  void whoWaitsForRoomWakesALoopThatExpectsToBeWoken() throws Exception {
    onLoop(() -> loop.wakeComes(true));
    awaitParked();
    AtomicInteger ran = new AtomicInteger();
    for (int i = 0; i < 5_000; i++) {
      loop.executeSoon(ran::incrementAndGet);
    }
    assertThat(ran).hasValue(0);
    loop.awaitRoom();
    assertThat(ran.get()).isPositive();
    onLoop(() -> {});
    assertThat(ran).hasValue(5_000);
    loop.close();
  }

  /** The loop waits for a lock that whoever brings entries holds. */
  @Test
  void nobodyWaitsForRoomForEver() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    loop.execute(
        () -> {
          try {
            release.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
    for (int i = 0; i < 5_000; i++) {
      loop.execute(() -> {});
    }
    long before = System.nanoTime();
    loop.awaitRoom();
    assertThat(System.nanoTime() - before).isLessThan(TimeUnit.SECONDS.toNanos(5));
    release.countDown();
    loop.close();
  }

  /** The loop says that no wake comes any more while others hand over tasks: none is left lying. */
  @Test
  void noTaskIsForgottenWhileTheLoopMakesUpItsMind() throws Exception {
    AtomicInteger ran = new AtomicInteger();
    int rounds = 20_000;
    for (int i = 1; i <= rounds; i++) {
      loop.execute(() -> loop.wakeComes(true));
      loop.execute(() -> loop.wakeComes(false));
      loop.executeSoon(ran::incrementAndGet);
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      while (ran.get() < i) {
        assertThat(System.nanoTime()).as("task %d is forgotten", i).isLessThan(end);
        Thread.onSpinWait();
      }
    }
    loop.close();
  }

  private void onLoop(Runnable task) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    loop.execute(
        () -> {
          task.run();
          done.countDown();
        });
    assertThat(done.await(5, TimeUnit.SECONDS)).isTrue();
  }

  private static void awaitParked() throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    while (Thread.getAllStackTraces().keySet().stream()
        .noneMatch(
            thread ->
                thread.getName().equals("test-loop")
                    && thread.getState() == Thread.State.WAITING)) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.sleep(1);
    }
  }

  @Test
  void wakesByItselfWhenItWasAskedTo() throws InterruptedException {
    CountDownLatch runs = new CountDownLatch(2);
    AtomicInteger hooks = new AtomicInteger();
    loop.afterBurst(
        () -> {
          if (hooks.incrementAndGet() == 1) {
            loop.wakeIn(TimeUnit.MILLISECONDS.toNanos(5));
          }
          runs.countDown();
        });
    loop.execute(() -> {});
    assertThat(runs.await(10, TimeUnit.SECONDS)).isTrue();
  }
}
