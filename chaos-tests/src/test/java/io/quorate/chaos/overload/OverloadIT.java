package io.quorate.chaos.overload;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.cluster.ClusterExtension;
import io.quorate.chaos.cluster.ClusterOptions;
import io.quorate.chaos.cluster.LocalCluster;
import io.quorate.chaos.load.Amqp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Clients that know no bound, on a cluster with small ones. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OverloadIT {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int BODY = 16 << 10;

  /** What a consumer without prefetch may hold. */
  private static final int UNLIMITED = 2_000;

  /** {@code amqp.unconfirmed-bytes}, and what sockets hold on both sides. */
  private static final long MOST_UNCONFIRMED = (8L + 24) << 20;

  private static LocalCluster cluster;

  @BeforeAll
  static void start() {
    cluster =
        LocalCluster.start(
            ClusterOptions.named("overload").with("amqp.unlimited-prefetch", "" + UNLIMITED));
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  /** Each of six publishers sends as fast as TCP takes; the queue's log and pages are on disk. */
  @Test
  @Order(1)
  void publishersFasterThanTheDiskAreHeldBack() throws Exception {
    String queue = declare(cluster, "flooded");
    List<Flood> floods = new ArrayList<>();
    try {
      for (int i = 0; i < 6; i++) {
        floods.add(new Flood(cluster, 1 + i % 3, queue, i, 3_000, BODY));
      }
      long started = System.nanoTime();
      floods.forEach(Flood::start);
      floods.forEach(flood -> flood.awaitConfirmed(flood.messages(), LIMIT));
      report("flood", started);
      for (Flood flood : floods) {
        assertThat(flood.mostUnconfirmedBytes()).isLessThan(MOST_UNCONFIRMED);
      }
      assertPeaks(cluster);
      try (Drain drain = new Drain(cluster, 2, queue)) {
        drain.awaitConfirmedOf(floods, LIMIT);
      }
      assertPeaks(cluster);
    } finally {
      floods.forEach(Flood::close);
    }
    ClusterExtension.assertClean(cluster, "overload");
  }

  @Test
  @Order(2)
  void aConsumerThatNeverAcksGetsSoMuchAndNoMore() throws Exception {
    String queue = declare(cluster, "never-acked");
    int messages = 3 * UNLIMITED;
    try (Flood flood = new Flood(cluster, 1, queue, 0, messages, BODY).start();
        Connection connection = Amqp.connect(cluster, 2)) {
      flood.awaitConfirmed(messages, LIMIT);
      long started = System.nanoTime();
      Channel channel = connection.createChannel();
      AtomicInteger delivered = new AtomicInteger();
      AtomicLong lastTag = new AtomicLong();
      channel.basicConsume(
          queue,
          false,
          (tag, delivery) -> {
            lastTag.set(delivery.getEnvelope().getDeliveryTag());
            delivered.incrementAndGet();
          },
          tag -> {});
      awaitHeld(queue, messages, UNLIMITED);
      assertThat(delivered).hasValue(UNLIMITED);
      report("never acked", started);
      assertPeaks(cluster);

      channel.basicAck(lastTag.get(), true); // it goes on where it was
      awaitHeld(queue, messages - UNLIMITED, UNLIMITED);
      assertThat(delivered).hasValue(2 * UNLIMITED);
    }
    ClusterExtension.assertClean(cluster, "overload");
  }

  private static void awaitHeld(String queue, int queued, int held) {
    Await.until(
        held + " of " + queued + " are held",
        LIMIT,
        () -> {
          var view = cluster.admin().queue(queue);
          return view.unacked() == held && view.ready() == queued - held;
        },
        () -> "" + cluster.admin().queue(queue));
  }

  @Test
  @Order(3)
  void publishersWaitWhileANodesMemoryIsFull() throws Exception {
    ClusterOptions small =
        ClusterOptions.named("full-memory")
            .with("store.resident-bytes", "32MiB")
            .with("store.page-out-bytes", "1GiB"); // nothing is paged: it stays full
    try (LocalCluster full = LocalCluster.start(small)) {
      String queue = declare(full, "full-memory");
      int messages = 8_000;
      try (Flood flood = new Flood(full, 1, queue, 0, messages, BODY).start();
          Flood second = new Flood(full, 2, queue, 1, messages, BODY).start()) {
        Await.until(
            "publishers are told that they wait",
            LIMIT,
            () -> flood.blocked() != null && second.blocked() != null);
        assertThat(flood.blocked()).contains("low on memory");
        assertThat(second.blocked()).contains("low on memory");
        assertThat(flood.confirmed() + second.confirmed()).isLessThan(2 * messages);
        assertPeaks(full);

        try (Drain drain = new Drain(full, 3, queue)) {
          flood.awaitConfirmed(messages, LIMIT);
          second.awaitConfirmed(messages, LIMIT);
          drain.awaitConfirmedOf(List.of(flood, second), LIMIT);
        }
        assertPeaks(full);
      }
      ClusterExtension.assertClean(full, "full-memory");
    }
  }

  private static String declare(LocalCluster where, String queue) throws Exception {
    try (Connection connection = Amqp.connect(where, 1)) {
      connection.createChannel().queueDeclare(queue, true, false, false, Map.of());
    }
    return queue;
  }

  private static void assertPeaks(LocalCluster where) {
    where.nodes().forEach(node -> Bounds.assertPeak(where, node));
  }

  private static void report(String what, long started) {
    System.out.printf(
        "%s: %d ms; peaks in MiB: %s%n",
        what,
        (System.nanoTime() - started) / 1_000_000,
        cluster.nodes().stream().map(node -> Memory.peakMiB(cluster, node)).toList());
  }
}
