package io.quorate.raftqueue.raft.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.raftqueue.raft.ratis.TestCluster.Member;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On timeouts so long that what they cause cannot be mistaken for a busy machine. */
class ElectionTimerTest {
  private static final int MIN_MS = 2_000;
  private static final int MAX_MS = 5_000;

  @TempDir Path directory;

  private TestCluster cluster() throws Exception {
    TestCluster cluster =
        new TestCluster(
            directory,
            3,
            List.of(TestCluster.GROUP),
            limits -> limits.withElectionTimeout(MIN_MS, MAX_MS));
    cluster.startAll();
    return cluster;
  }

  @Test
  void aDeadLeaderWithoutConnectionIsReplacedAfterTheShortestTimeout() throws Exception {
    try (TestCluster cluster = cluster()) {
      int dead = leaderThatMayPropose(cluster);
      cluster.propose("before", null);
      cluster.awaitSizeEverywhere(1);
      cluster.stop(dead);
      long stopped = System.nanoTime();
      cluster.running.values().forEach(member -> member.node.reachable(dead, false));
      cluster.leader();
      // Ratis's own timer needs up to 10 s.
      assertThat(Duration.ofNanos(System.nanoTime() - stopped))
          .isLessThan(Duration.ofMillis(MIN_MS + 2_500));
      cluster.propose("after", null);
      cluster.awaitSizeEverywhere(2);
    }
  }

  @Test
  void aSilentLeaderIsReplacedAfterTheLongestTimeout() throws Exception {
    try (TestCluster cluster = cluster()) {
      int dead = leaderThatMayPropose(cluster);
      cluster.propose("before", null);
      cluster.awaitSizeEverywhere(1);
      cluster.stop(dead);
      long stopped = System.nanoTime();
      cluster.leader();
      assertThat(Duration.ofNanos(System.nanoTime() - stopped))
          .isLessThan(Duration.ofMillis(MAX_MS + 2_500));
    }
  }

  @Test
  void aBrokenConnectionToALeaderThatLivesChangesNothing() throws Exception {
    try (TestCluster cluster = cluster()) {
      int leader = leaderThatMayPropose(cluster);
      cluster.propose("before", null);
      long term = cluster.leading().group().status().term();
      for (Member member : cluster.running.values()) {
        member.node.reachable(leader, false);
      }
      Thread.sleep(2 * MIN_MS);
      assertThat(cluster.leader()).isEqualTo(leader);
      assertThat(cluster.leading().group().status().term()).isEqualTo(term);
    }
  }

  /** The first election of all waits for Ratis's timer: nobody has been heard of yet. */
  private static int leaderThatMayPropose(TestCluster cluster) {
    TestCluster.await(
        Duration.ofSeconds(60),
        () -> cluster.running.values().stream().anyMatch(member -> member.group().leaseValid()));
    return cluster.leader();
  }
}
