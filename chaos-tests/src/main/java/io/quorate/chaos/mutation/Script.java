package io.quorate.chaos.mutation;

import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.fault.Faults;
import io.quorate.chaos.fault.Nemesis;
import io.quorate.chaos.fault.Remarks;
import io.quorate.chaos.fault.Schedule;
import io.quorate.chaos.history.Event;
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
    void play(Scene scene) {
      Await.pause(Duration.ofSeconds(12));
    }
  },

  /** The leader is killed, four times. */
  KILL_LEADER(Set.of(Capability.PROCESS)) {
    @Override
    void play(Scene scene) {
      for (int i = 0; i < 4; i++) {
        Await.pause(Duration.ofSeconds(3));
        killLeader(scene, Duration.ofSeconds(3));
      }
    }
  },

  /** The leader's followers freeze, and then the leader is killed: what only it has is gone. */
  FREEZE_FOLLOWERS_KILL_LEADER(Set.of(Capability.PROCESS)) {
    @Override
    void play(Scene scene) {
      ClusterUnderTest cluster = scene.cluster();
      Await.pause(Duration.ofSeconds(4));
      int leader = scene.leader();
      Integer[] followers = cluster.nodesExcept(leader).toArray(Integer[]::new);
      scene.during(
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
    void play(Scene scene) {
      ClusterUnderTest cluster = scene.cluster();
      for (int i = 0; i < 2; i++) {
        Await.pause(Duration.ofSeconds(5));
        // Leaderships go back to the first node, at which no client is.
        Await.until("node 1 leads", Duration.ofSeconds(60), () -> scene.leader() == 1);
        Consumer late = late(scene, i);
        try {
          cutOffFirstNode(scene, late);
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
    void play(Scene scene) {
      ClusterUnderTest cluster = scene.cluster();
      Integer[] all = cluster.nodes().toArray(Integer[]::new);
      for (int i = 0; i < 2; i++) {
        Await.pause(Duration.ofSeconds(5));
        scene.during(
            "power-all",
            "1 2 3",
            () -> {
              scene.history().record(Event.powerCut("1 2 3", true));
              cluster.disks().cutPower(all);
              scene.history().record(Event.powerCut("1 2 3", false));
              cluster.start(all);
              cluster.awaitReady();
            });
      }
    }
  },

  /** All nodes are killed at once, twice. */
  KILL_ALL(Set.of(Capability.PROCESS)) {
    @Override
    void play(Scene scene) {
      ClusterUnderTest cluster = scene.cluster();
      Integer[] all = cluster.nodes().toArray(Integer[]::new);
      for (int i = 0; i < 2; i++) {
        Await.pause(Duration.ofSeconds(5));
        scene.during(
            "kill-all",
            "1 2 3",
            () -> {
              cluster.kill(all);
              cluster.start(all);
              cluster.awaitReady();
            });
      }
    }
  },

  /** The leader is killed, and comes back when the others have had time to go on without it. */
  KEEP_LEADER_AWAY(Set.of(Capability.PROCESS)) {
    @Override
    void play(Scene scene) {
      Await.pause(Duration.ofSeconds(10));
      killLeader(scene, Duration.ofSeconds(16));
    }
  },

  /** All nodes are killed at once and started; they are given the time that they may take. */
  RESTART_ALL(Set.of(Capability.PROCESS)) {
    @Override
    void play(Scene scene) {
      ClusterUnderTest cluster = scene.cluster();
      Integer[] all = cluster.nodes().toArray(Integer[]::new);
      Await.pause(Duration.ofSeconds(5));
      scene.during(
          "kill-all",
          "1 2 3",
          () -> {
            cluster.kill(all);
            cluster.start(all);
          });
    }

    /** The first confirm after a heal has to come within 30 s; that of a majority within 35 s. */
    @Override
    Duration watched() {
      return Duration.ofSeconds(33);
    }
  },

  /** The fault {@code disk-io-error}, as other runs have it. */
  FAIL_DISK(Set.of(Capability.PROCESS, Capability.DISK)) {
    @Override
    void play(Scene scene) {
      String fault = "disk-io-error";
      scene.history().record(Event.phase("faults").on(fault));
      new Nemesis(scene.cluster(), scene.history(), new Remarks(scene.folder(), false))
          .torment(new Schedule(1, Faults.named(fault)), Duration.ofSeconds(8));
      scene.cluster().awaitReady();
    }
  };

  private final Set<Capability> needs;

  Script(Set<Capability> needs) {
    this.needs = needs;
  }

  Set<Capability> needs() {
    return needs;
  }

  /** How long the cluster is left alone afterwards, at least. */
  Duration watched() {
    return Duration.ZERO;
  }

  /** Plays it to its end; everything is healed then. */
  abstract void play(Scene scene);

  private static void killLeader(Scene scene, Duration away) {
    ClusterUnderTest cluster = scene.cluster();
    int leader = scene.leader();
    scene.during(
        "kill-leader",
        "node " + leader,
        () -> {
          cluster.kill(leader);
          Await.pause(away);
          cluster.start(leader);
          cluster.awaitReady();
        });
  }

  /** A client that comes to the first node only. */
  private static Consumer late(Scene scene, int number) {
    return new Consumer(
        new Access(scene.cluster()::amqpUri, scene.history()),
        "late-" + number,
        List.of(1),
        ConsumePlan.steady(List.of(scene.queue()), 500),
        number);
  }

  private static void cutOffFirstNode(Scene scene, Consumer late) {
    ClusterUnderTest cluster = scene.cluster();
    scene.during(
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
}
