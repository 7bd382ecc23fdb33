package io.quorate.chaos.overload;

import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.cluster.ClusterExtension;
import io.quorate.chaos.cluster.ClusterOptions;
import io.quorate.chaos.cluster.LocalCluster;
import io.quorate.chaos.load.Amqp;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * A follower is frozen while far more is published than may be in flight to it: the others go on
 * and keep nothing for it in memory; thawed, it catches up.
 */
class FrozenFollowerIT {

  private static final String QUEUE = "frozen-follower";
  private static final int BODY = 16 << 10;

  /** Of each of two publishers: more than 200 MB together. */
  private static final int MESSAGES = 6_500;

  private static final Duration LIMIT = Duration.ofSeconds(60);

  @Test
  void theOthersGoOnAndItCatchesUp() throws Exception {
    // One shard: its leader sends all of it to the frozen node.
    ClusterOptions options = ClusterOptions.named(QUEUE).with("shards", "1");
    try (LocalCluster cluster = LocalCluster.start(options)) {
      int leader = declareQueue(cluster);
      int frozen = cluster.nodesExcept(leader).get(0);
      int other = cluster.nodesExcept(leader).get(1);
      cluster.pause(frozen);
      try (Flood here = new Flood(cluster, leader, QUEUE, 0, MESSAGES, BODY).start();
          Flood there = new Flood(cluster, other, QUEUE, 1, MESSAGES, BODY).start()) {
        long started = System.nanoTime();
        here.awaitConfirmed(MESSAGES, LIMIT);
        there.awaitConfirmed(MESSAGES, LIMIT);
        System.out.printf(
            "frozen follower: %d MB confirmed in %d ms; peak of the leader %d MiB, of the other %d"
                + " MiB%n",
            2L * MESSAGES * BODY / 1_000_000,
            (System.nanoTime() - started) / 1_000_000,
            Memory.peakMiB(cluster, leader),
            Memory.peakMiB(cluster, other));
        Bounds.assertPeak(cluster, leader);
        Bounds.assertPeak(cluster, other);

        cluster.resume(frozen);
        Await.until(
            "node " + frozen + " catches up",
            LIMIT,
            () -> cluster.admin().queue(QUEUE).replicasAgree(),
            () -> "" + cluster.admin().queue(QUEUE).replicas());
        Bounds.assertPeak(cluster, frozen);
        try (Drain drain = new Drain(cluster, frozen, QUEUE)) {
          drain.awaitConfirmedOf(List.of(here, there), LIMIT);
        }
      }
      ClusterExtension.assertClean(cluster, QUEUE);
    }
  }

  private static int declareQueue(LocalCluster cluster) throws Exception {
    try (var connection = Amqp.connect(cluster, 1)) {
      connection.createChannel().queueDeclare(QUEUE, true, false, false, Map.of());
    }
    return cluster.leaderOf(QUEUE);
  }
}
