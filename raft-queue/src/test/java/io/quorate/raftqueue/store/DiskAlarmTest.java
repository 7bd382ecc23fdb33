package io.quorate.raftqueue.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.link.v1.Ping;
import io.quorate.raftqueue.api.GetResult;
import io.quorate.raftqueue.api.Outcome;
import io.quorate.raftqueue.api.QueueRef;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that gets full holds the publishers of the whole cluster back, and nobody else. */
class DiskAlarmTest {

  private static final long LIMIT = 256L << 20;

  @TempDir Path directory;

  @Test
  void goesOnBelowTheLimitAndOffAnEighthAboveIt() {
    AtomicLong free = new AtomicLong(LIMIT);
    DiskAlarm alarm = new DiskAlarm(free::get, LIMIT);
    assertThat(alarm.look()).isFalse();
    free.set(LIMIT - 1);
    assertThat(alarm.look()).isTrue();
    free.set(LIMIT + LIMIT / 8 - 1);
    assertThat(alarm.look()).isTrue();
    free.set(LIMIT + LIMIT / 8);
    assertThat(alarm.look()).isFalse();
    assertThat(alarm.freeBytes()).isEqualTo(LIMIT + LIMIT / 8);
  }

  @Test
  void withoutALimitAFullDiskIsNoAlarm() {
    assertThat(new DiskAlarm(() -> 0, 0).look()).isFalse();
  }

  @Test
  void whatCannotBeReadChangesNothing() {
    AtomicLong free = new AtomicLong(0);
    DiskAlarm alarm =
        new DiskAlarm(
            () -> {
              if (free.get() < 0) {
                throw new UncheckedIOException(new IOException("no such disk"));
              }
              return free.get();
            },
            LIMIT);
    assertThat(alarm.look()).isTrue();
    free.set(-1);
    assertThat(alarm.look()).isTrue();
  }

  @Test
  void looksAtTheRealDisk() throws Exception {
    DiskAlarm alarm = new DiskAlarm(DiskAlarm.usableSpaceOf(directory), Long.MAX_VALUE / 2);
    assertThat(alarm.look()).isTrue();
    assertThat(alarm.freeBytes()).isBetween(0L, Files.getFileStore(directory).getTotalSpace());
  }

  @Test
  void alarmsSurviveTheWay() {
    assertThat(Alarm.of(Alarm.ping(EnumSet.allOf(Alarm.class)))).containsOnly(Alarm.values());
    assertThat(Alarm.of(Alarm.ping(Set.of(Alarm.DISK)))).containsOnly(Alarm.DISK);
    assertThat(Alarm.of(Alarm.ping(Set.of()))).isEmpty();
    assertThat(Alarm.of(Ping.newBuilder().setAlarm(true).build()))
        .as("of a node that tells no reason")
        .containsOnly(Alarm.MEMORY);
  }

  @Test
  void publishersOfEveryNodeWaitUntilTheDiskOfOneHasSpaceAgainAndConsumersGoOn() throws Exception {
    try (TestCluster cluster = new TestCluster(directory, 3).startAll()) {
      QueueRef queue = ReplicatedStoreTest.declare(cluster.queues(1), "q", 0);
      assertThat(publish(cluster, 1, queue)).isEqualTo(Outcome.ACCEPTED);

      cluster.freeSpace(3).set(LIMIT - 1);
      TestCluster.await(() -> writable(cluster).isEmpty());
      assertThat(cluster.queues(1).heldBackReason()).isEqualTo("node 3 is low on disk");
      assertThat(cluster.store(2).status().nodes().get(2).shortOf()).containsExactly("disk");
      CompletableFuture<Void> told = new CompletableFuture<>();
      cluster.queues(1).onWritable(() -> told.complete(null));
      GetResult got = cluster.queues(2).get(queue, true).get(20, TimeUnit.SECONDS);
      assertThat(got.delivery()).isNotNull();
      assertThat(told).isNotDone();

      cluster.freeSpace(3).set(2 * LIMIT);
      told.get(20, TimeUnit.SECONDS);
      TestCluster.await(() -> writable(cluster).size() == 3);
      assertThat(publish(cluster, 2, queue)).isEqualTo(Outcome.ACCEPTED);
    }
  }

  private static List<Integer> writable(TestCluster cluster) {
    return List.of(1, 2, 3).stream().filter(id -> cluster.queues(id).isWritable()).toList();
  }

  private static Outcome publish(TestCluster cluster, int node, QueueRef queue) throws Exception {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    cluster
        .queues(node)
        .publish(ReplicatedStoreTest.message("m"), List.of(queue), outcome::complete);
    return outcome.get(20, TimeUnit.SECONDS);
  }
}
