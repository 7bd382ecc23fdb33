package io.quorate.raftqueue.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.quorate.raftqueue.api.Message;
import io.quorate.raftqueue.api.QueueRef;
import io.quorate.raftqueue.api.SubscriptionSpec;
import io.quorate.raftqueue.store.ReplicatedStoreTest.Collector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backlog of many times the page budget. */
class BacklogTest {

  private static final int MESSAGES = 3_000;
  private static final long BUDGET = 300_000;

  @TempDir Path directory;

  @Test
  void aBacklogGoesToDiskAndDrainsInOrderAlsoAfterARestart() throws Exception {
    try (TestCluster cluster =
        new TestCluster(directory, 3).pageOutBytes(BUDGET).snapshotBytes(500_000)) {
      cluster.startAll();
      QueueRef queue = ReplicatedStoreTest.declare(cluster.queues(1), "q", 0);
      List<String> sent = fill(cluster, queue);

      for (int node = 1; node <= 3; node++) {
        cluster.stop(node);
        assertThat(pageFiles(node)).isZero();
      }
      cluster.startAll();
      awaitPaged(cluster);

      assertDrained(cluster, queue, sent);
      TestCluster.await(
          () -> cluster.gauges("quorate.store.page.files").stream().allMatch(files -> files == 0));
      assertThat(cluster.gauges("quorate.store.paged.messages")).containsOnly(0.0);
      for (int node = 1; node <= 3; node++) {
        int drained = node;
        TestCluster.await(
            () -> hasNoPageFiles(drained)); // soon: they are deleted in the background
      }
    }
  }

  /** The older of the two snapshots that are kept has all of it, and no newer one would come. */
  @Test
  void aPurgedBacklogGivesItsSpaceBackAlsoWhenNothingElseHappens() throws Exception {
    try (TestCluster cluster =
        new TestCluster(directory, 3).pageOutBytes(BUDGET).snapshotBytes(500_000)) {
      cluster.startAll();
      QueueRef queue = ReplicatedStoreTest.declare(cluster.queues(1), "q", 0);
      fill(cluster, queue);
      assertThat(cluster.queues(1).purge(queue).get(20, TimeUnit.SECONDS)).isEqualTo(MESSAGES);
      TestCluster.await(() -> pageBytesAnywhere() <= 4 * 500_000 * 3);
    }
  }

  /** In pages and in snapshots, each file once. */
  private long pageBytesAnywhere() {
    try (Stream<Path> all = Files.walk(directory)) {
      Map<Object, Long> sizes = new HashMap<>();
      for (Path path : all.filter(file -> file.toString().endsWith(".page")).toList()) {
        sizes.put(Files.getAttribute(path, "unix:ino"), Files.size(path));
      }
      return sizes.values().stream().mapToLong(Long::longValue).sum();
    } catch (IOException | UncheckedIOException e) {
      return Long.MAX_VALUE; // one was deleted while they were listed
    }
  }

  private boolean hasNoPageFiles(int node) {
    try {
      return pageFiles(node) == 0;
    } catch (IOException | UncheckedIOException e) {
      return false; // one was deleted while they were listed
    }
  }

  private static List<String> fill(TestCluster cluster, QueueRef queue) {
    AtomicInteger confirmed = new AtomicInteger();
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < MESSAGES; i++) {
      String text = i + " " + "x".repeat(1_000);
      sent.add(text);
      cluster
          .queues(1)
          .publish(
              new Message("", "q", ByteString.EMPTY, ByteString.copyFromUtf8(text)),
              List.of(queue),
              outcome -> confirmed.incrementAndGet());
    }
    TestCluster.await(() -> confirmed.get() == MESSAGES);
    awaitPaged(cluster);
    return sent;
  }

  /** Every page of the leader is damaged while it runs: the others have what it cannot read. */
  @Test
  void whatIsDamagedComesFromAnotherReplica() throws Exception {
    try (TestCluster cluster = new TestCluster(directory, 3).pageOutBytes(BUDGET)) {
      cluster.startAll();
      QueueRef queue = ReplicatedStoreTest.declare(cluster.queues(1), "q", 0);
      List<String> sent = fill(cluster, queue);
      int leader = cluster.leader(1, 0);
      for (Path file : pageFilesOf(leader)) {
        byte[] bytes = Files.readAllBytes(file);
        for (int at = 1_000; at < bytes.length; at += 50_000) {
          bytes[at] ^= 4;
        }
        Files.write(file, bytes, StandardOpenOption.WRITE);
      }
      assertDrained(cluster, queue, sent);
      if (cluster.leader(1, 0) == leader) {
        assertThat(cluster.counter(leader, "quorate.store.damages")).isGreaterThan(2);
      }
      assertThat(cluster.gauges("quorate.store.damaged.pages")).containsOnly(0.0);
    }
  }

  /** No consumer comes: what is damaged is found and repaired all the same, on whatever node. */
  @Test
  void damageThatNobodyReadsIsFoundAndRepaired() throws Exception {
    try (TestCluster cluster =
        new TestCluster(directory, 3).pageOutBytes(BUDGET).checkedBytesPerSecond(16 << 20)) {
      cluster.startAll();
      QueueRef queue = ReplicatedStoreTest.declare(cluster.queues(1), "q", 0);
      List<String> sent = fill(cluster, queue);
      int follower = 1 + cluster.leader(1, 0) % 3;
      for (Path file : pageFilesOf(follower)) {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 4;
        Files.write(file, bytes, StandardOpenOption.WRITE);
      }
      TestCluster.await(() -> cluster.counter(follower, "quorate.store.damages") > 0);
      TestCluster.await(
          () -> cluster.gauges("quorate.store.damaged.pages").stream().allMatch(n -> n == 0));
      assertThat(cluster.counter(follower, "quorate.store.checked.bytes")).isPositive();

      for (int node = 1; node <= 3; node++) {
        if (node != follower) {
          int other = node;
          assertThat(cluster.counter(other, "quorate.store.damages")).isZero();
        }
      }
      assertDrained(cluster, queue, sent);
    }
  }

  /** A consumer at another node gets everything, in its order. */
  private static void assertDrained(TestCluster cluster, QueueRef queue, List<String> sent)
      throws Exception {
    Collector collector = new Collector();
    cluster
        .queues(2)
        .subscribe(queue, new SubscriptionSpec(true, false, 0, 2 * MESSAGES), collector)
        .get(20, TimeUnit.SECONDS);
    TestCluster.await(() -> collector.deliveries.size() == MESSAGES);
    assertThat(collector.texts()).isEqualTo(sent);
  }

  /** On every node what is in memory fits into the budget, with what is kept of paged messages. */
  private static void awaitPaged(TestCluster cluster) {
    TestCluster.await(
        () ->
            cluster.gauges("quorate.store.paged.messages").stream()
                    .allMatch(paged -> paged > MESSAGES * 0.7)
                && cluster.gauges("quorate.store.resident.bytes").stream()
                    .allMatch(bytes -> bytes < BUDGET + 8 * MESSAGES));
  }

  private long pageFiles(int node) throws IOException {
    return pageFilesOf(node).size();
  }

  private List<Path> pageFilesOf(int node) throws IOException {
    Path pages = directory.resolve("node" + node).resolve("pages");
    if (!Files.exists(pages)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(pages)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }
}
