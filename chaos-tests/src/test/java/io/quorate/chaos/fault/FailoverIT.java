package io.quorate.chaos.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.check.Checks;
import io.quorate.chaos.check.History;
import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.cluster.ClusterExtension.OnSharedCluster;
import io.quorate.chaos.cluster.LocalCluster;
import io.quorate.chaos.load.Load;
import io.quorate.chaos.load.LoadOptions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The leader of a queue goes away under load: clients on the other nodes go on, and nothing is lost
 * or doubled.
 */
@OnSharedCluster
class FailoverIT {

  /**
   * How long publishing on the other nodes may pause; the system property is for machines that are
   * busy with other things.
   */
  private static final Duration LIMIT =
      Duration.ofMillis(Long.getLong("quorate.failover.limit.ms", 1000));

  @Test
  void theLeaderIsKilled(LocalCluster cluster) throws Exception {
    failOver(
        cluster,
        "failover-kill",
        leader -> {
          cluster.kill(leader);
          Await.pause(Duration.ofSeconds(5));
        },
        leader -> {
          cluster.start(leader);
          cluster.awaitReady();
        });
  }

  @Test
  void theLeaderIsFrozenAndComesBack(LocalCluster cluster) throws Exception {
    failOver(
        cluster,
        "failover-freeze",
        leader -> {
          cluster.pause(leader);
          Await.pause(Duration.ofSeconds(20));
        },
        leader -> {
          cluster.resume(leader);
          cluster.awaitReady();
        });
  }

  private interface Step {
    void run(int leader);
  }

  private static void failOver(LocalCluster cluster, String name, Step fault, Step repair)
      throws Exception {
    String queue = name + "-" + System.nanoTime(); // a second try finds nothing of the first
    try (Load load = new Load(cluster, queue, LoadOptions.moderate()).declareQueue(1)) {
      load.publisher(1, 2).publisher(2, 3).publisher(3, 1);
      load.consumer(1, 3).consumer(2, 1).consumer(3, 2);
      load.awaitConfirms(2000).awaitDeliveries(2000);

      // Leaderships move for a while after a start: this is the leader now.
      int leader = cluster.leaderOf(queue);
      List<Integer> others = cluster.nodesExcept(leader);
      long before = load.now();
      fault.run(leader);
      load.awaitConfirms(1000).awaitDeliveries(1000);
      long after = load.now();
      // On a busy machine there may be another election, and no leader for a moment.
      int next = cluster.leaderOf(queue, Duration.ofSeconds(10), others.toArray(Integer[]::new));
      assertThat(next).as("the new leader of %s", queue).isNotEqualTo(leader);

      repair.run(leader);
      load.awaitConfirms(1000).awaitDeliveries(1000);
      History history = load.finish();
      Checks.assertValid(queue, history);
      Duration gap = Load.longestGap(history, others, before, after);
      System.out.printf(
          "%s: longest gap between confirms on the other nodes: %d ms%n", queue, gap.toMillis());
      assertThat(gap).as("the longest gap between confirms on the other nodes").isLessThan(LIMIT);
    } finally {
      cluster.heal();
    }
  }
}
