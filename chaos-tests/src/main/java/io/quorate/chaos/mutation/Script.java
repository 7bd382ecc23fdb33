package io.quorate.chaos.mutation;

import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.HistoryWriter;
import io.quorate.chaos.sut.Capability;
import io.quorate.chaos.sut.ClusterUnderTest;
import io.quorate.chaos.workload.Access;
import io.quorate.chaos.workload.ConsumePlan;
import io.quorate.chaos.workload.Consumer;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What is done to a cluster while its workload runs: not left to chance, so that a fault of the
 * program shows every time.
 */
enum Script {
  /** Nothing. */
  QUIET(Set.of()) {
    @Override
    void play(ClusterUnderTest cluster, HistoryWriter history, String queue) {
      Await.pause(Duration.ofSeconds(12));
    }
  },

  /** The leader is killed, four times. */
  KILL_LEADER(Set.of(Capability.PROCESS)) {
    @Override
    void play(ClusterUnderTest cluster, HistoryWriter history, String queue) {
      for (int i = 0; i < 4; i++) {
        Await.pause(Duration.ofSeconds(3));
        int leader = cluster.leaderOf(queue);
        during(
            history,
            "kill-leader",
            "node " + leader,
            () -> {
              cluster.kill(leader);
              Await.pause(Duration.ofSeconds(3));
              cluster.start(leader);
              cluster.awaitReady();
            });
      }
    }
  },

  /** The leader's followers freeze, and then the leader is killed: what only it has is gone. */
  FREEZE_FOLLOWERS_KILL_LEADER(Set.of(Capability.PROCESS)) {
    @Override
    void play(ClusterUnderTest cluster, HistoryWriter history, String queue) {
      Await.pause(Duration.ofSeconds(4));
      int leader = cluster.leaderOf(queue);
      Integer[] followers = cluster.nodesExcept(leader).toArray(Integer[]::new);
      during(
          history,
          "compound",
          "1 2 3",
          () -> {
            cluster.pause(followers);
            Await.pause(Duration.ofSeconds(2));
            cluster.kill(leader);
            cluster.resume(followers);
            Await.pause(Duration.ofSeconds(5));
            cluster.start(leader);
            cluster.awaitReady();
          });
    }
  },

  /**
   * The leader is cut off from the others; its clients are not, and one more comes to it when the
   * others have had another leader for a while.
   */
  CUT_OFF_LEADER(Set.of(Capability.PROCESS, Capability.NETWORK)) {
    @Override
    void play(ClusterUnderTest cluster, HistoryWriter history, String queue) {
      for (int i = 0; i < 2; i++) {
        Await.pause(Duration.ofSeconds(5));
        // Leaderships go back to the first node, at which no client is.
        Await.until("node 1 leads", Duration.ofSeconds(60), () -> cluster.leaderOf(queue) == 1);
        Consumer late = late(cluster, history, queue, i);
        try {
          cutOffFirstNode(cluster, history, late);
          cluster.awaitReady();
          late.finish();
        } finally {
          late.stop();
          if (!late.join(Duration.ofSeconds(30))) {
            late.abort();
          }
        }
      }
    }
  },

  /** All nodes lose power at once, twice. */
  CUT_POWER(Set.of(Capability.PROCESS, Capability.DISK)) {
    @Override
    void play(ClusterUnderTest cluster, HistoryWriter history, String queue) {
      Integer[] all = cluster.nodes().toArray(Integer[]::new);
      for (int i = 0; i < 2; i++) {
        Await.pause(Duration.ofSeconds(5));
        during(
            history,
            "power-all",
            "1 2 3",
            () -> {
              history.record(Event.powerCut("1 2 3", true));
              cluster.disks().cutPower(all);
              history.record(Event.powerCut("1 2 3", false));
              cluster.start(all);
              cluster.awaitReady();
            });
      }
    }
  },

  /** All nodes are killed at once, twice. */
  KILL_ALL(Set.of(Capability.PROCESS)) {
    @Override
    void play(ClusterUnderTest cluster, HistoryWriter history, String queue) {
      Integer[] all = cluster.nodes().toArray(Integer[]::new);
      for (int i = 0; i < 2; i++) {
        Await.pause(Duration.ofSeconds(5));
        during(
            history,
            "kill-all",
            "1 2 3",
            () -> {
              cluster.kill(all);
              cluster.start(all);
              cluster.awaitReady();
            });
      }
    }
  };

  private final Set<Capability> needs;

  Script(Set<Capability> needs) {
    this.needs = needs;
  }

  Set<Capability> needs() {
    return needs;
  }

  /**
   * Plays it to its end; everything is healed then.
   *
   * @param queue whose leader is meant
   */
  abstract void play(ClusterUnderTest cluster, HistoryWriter history, String queue);

  /** A client that comes to the first node only. */
  private static Consumer late(
      ClusterUnderTest cluster, HistoryWriter history, String queue, int number) {
    return new Consumer(
        new Access(cluster::amqpUri, history),
        "late-" + number,
        List.of(1),
        ConsumePlan.steady(List.of(queue), 500),
        number);
  }

  private static void cutOffFirstNode(
      ClusterUnderTest cluster, HistoryWriter history, Consumer late) {
    during(
        history,
        "partition-leader",
        "1 | 2 3",
        () -> {
          for (int other : cluster.nodesExcept(1)) {
            cluster.network().drop(1, other);
            cluster.network().drop(other, 1);
          }
          Await.pause(Duration.ofSeconds(7));
          late.start();
          Await.pause(Duration.ofSeconds(8));
          cluster.network().heal();
        });
  }

  private static void during(HistoryWriter history, String fault, String target, Runnable what) {
    history.record(Event.fault(fault, target, true));
    try {
      what.run();
    } finally {
      history.record(Event.fault(fault, target, false));
    }
  }
}
