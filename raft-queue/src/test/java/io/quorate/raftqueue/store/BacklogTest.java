package io.quorate.raftqueue.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.quorate.raftqueue.api.Message;
import io.quorate.raftqueue.api.QueueRef;
import io.quorate.raftqueue.api.SubscriptionSpec;
import io.quorate.raftqueue.store.ReplicatedStoreTest.Collector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

      for (int node = 1; node <= 3; node++) {
        cluster.stop(node);
        assertThat(pageFiles(node)).isZero();
      }
      cluster.startAll();
      awaitPaged(cluster);

      Collector collector = new Collector();
      cluster
          .queues(2)
          .subscribe(queue, new SubscriptionSpec(true, false, 0, 2 * MESSAGES), collector)
          .get(20, TimeUnit.SECONDS);
      TestCluster.await(() -> collector.deliveries.size() == MESSAGES);
      assertThat(collector.texts()).isEqualTo(sent);
      TestCluster.await(
          () -> cluster.gauges("quorate.store.page.files").stream().allMatch(files -> files == 0));
      assertThat(cluster.gauges("quorate.store.paged.messages")).containsOnly(0.0);
      for (int node = 1; node <= 3; node++) {
        assertThat(pageFiles(node)).isZero();
      }
    }
  }

  /** On every node what is in memory fits into the budget, with what is kept of paged messages. */
  private static void awaitPaged(TestCluster cluster) {
    TestCluster.await(
        () ->
            cluster.gauges("quorate.store.paged.messages").stream()
                    .allMatch(paged -> paged > MESSAGES * 0.7)
                && cluster.gauges("quorate.store.resident.bytes").stream()
                    .allMatch(bytes -> bytes < BUDGET + 72 * MESSAGES));
  }

  private long pageFiles(int node) throws IOException {
    Path pages = directory.resolve("node" + node).resolve("pages");
    if (!Files.exists(pages)) {
      return 0;
    }
    try (Stream<Path> all = Files.walk(pages)) {
      return all.filter(Files::isRegularFile).count();
    }
  }
}
