package io.quorate.chaos.fault;

import io.quorate.chaos.fault.Fault.Company;
import io.quorate.chaos.fault.Fault.Group;
import io.quorate.chaos.sut.Capability;
import io.quorate.chaos.sut.ClusterUnderTest;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Processes that freeze or die. */
final class ProcessFaults {

  private ProcessFaults() {}

  static List<Fault> all() {
    return List.of(
        pause("pause-leader", "the leader of a shard freezes", c -> List.of(c.leader())),
        pause("pause-one", "a node freezes", c -> List.of(c.anyNode())),
        pause("pause-majority", "a majority freezes", ProcessFaults::majority),
        pause("pause-all", "all nodes freeze", c -> c.cluster().nodes()),
        new Fault(
            "pause-stutter",
            Group.PAUSE,
            "a node freezes for fractions of a second, again and again",
            Set.of(Capability.PROCESS),
            Duration.ofSeconds(3),
            Duration.ofSeconds(8),
            Company.LIGHT,
            ProcessFaults::stutter),
        crash("kill-leader", "the leader of a shard is killed", c -> List.of(c.leader())),
        crash("kill-one", "a node is killed", c -> List.of(c.anyNode())),
        crash("kill-majority", "a majority is killed at once", ProcessFaults::majority),
        crash("kill-all", "all nodes are killed at once", c -> c.cluster().nodes()),
        new Fault(
            "restart-storm",
            Group.CRASH,
            "a node is killed again and again, often before it is ready",
            Set.of(Capability.PROCESS),
            Duration.ofSeconds(5),
            Duration.ofSeconds(12),
            Company.HEAVY,
            ProcessFaults::storm));
  }

  private static Fault pause(
      String name, String description, Function<FaultContext, List<Integer>> choice) {
    return new Fault(
        name,
        Group.PAUSE,
        description,
        Set.of(Capability.PROCESS),
        Duration.ofSeconds(1),
        Duration.ofSeconds(8),
        Company.LIGHT,
        context -> {
          List<Integer> nodes = choice.apply(context);
          ClusterUnderTest cluster = context.cluster();
          return Harm.of(
              FaultContext.nodes(nodes),
              () -> cluster.pause(array(nodes)),
              () -> cluster.resume(array(nodes)));
        });
  }

  private static Fault crash(
      String name, String description, Function<FaultContext, List<Integer>> choice) {
    return new Fault(
        name,
        Group.CRASH,
        description,
        Set.of(Capability.PROCESS),
        Duration.ZERO,
        Duration.ofSeconds(6),
        Company.HEAVY,
        context -> {
          List<Integer> nodes = choice.apply(context);
          ClusterUnderTest cluster = context.cluster();
          return Harm.of(
              FaultContext.nodes(nodes),
              () -> cluster.kill(array(nodes)),
              () -> cluster.start(array(nodes)));
        });
  }

  private static List<Integer> majority(FaultContext context) {
    List<Integer> nodes = context.shuffledNodes();
    return nodes.subList(0, nodes.size() / 2 + 1);
  }

  private static Harm stutter(FaultContext context) {
    int node = context.leaderOrAny();
    ClusterUnderTest cluster = context.cluster();
    return Harm.during(
        "node " + node,
        () -> {},
        hold -> {
          while (!hold.isOver()) {
            cluster.pause(node);
            hold.rest(Duration.ofMillis(context.between(50, 600)));
            cluster.resume(node);
            hold.rest(Duration.ofMillis(context.between(50, 400)));
          }
        },
        () -> cluster.resume(node));
  }

  private static Harm storm(FaultContext context) {
    int node = context.leaderOrAny();
    ClusterUnderTest cluster = context.cluster();
    return Harm.during(
        "node " + node,
        () -> {},
        hold -> {
          while (!hold.isOver()) {
            cluster.kill(node);
            hold.rest(Duration.ofMillis(context.between(0, 500)));
            cluster.start(node);
            hold.rest(Duration.ofMillis(context.between(200, 6000)));
          }
        },
        () -> {
          cluster.kill(node);
          cluster.start(node);
        });
  }

  static Integer[] array(List<Integer> nodes) {
    return nodes.toArray(Integer[]::new);
  }
}
