package io.quorate.chaos.fault;

import io.quorate.chaos.fault.Fault.Company;
import io.quorate.chaos.fault.Fault.Group;
import io.quorate.chaos.sut.Capability;
import io.quorate.chaos.sut.ClusterUnderTest;
import io.quorate.chaos.sut.NetworkControl;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;

/** Several things in a bad order. */
final class CompoundFaults {

  private static final Duration SHORTEST = Duration.ofSeconds(6);
  private static final Duration LONGEST = Duration.ofSeconds(12);
  private static final Duration SEGMENT_LIMIT = Duration.ofSeconds(20);

  private CompoundFaults() {}

  static List<Fault> all() {
    return List.of(
        fault(
            "compound-swap-majority",
            "the followers freeze, the leader loses power with what it wrote, the followers go on;"
                + " then another majority runs, and another",
            Set.of(Capability.DISK),
            CompoundFaults::swapMajority),
        snapshot(
            "snapshot-leader-killed",
            "while a node gets a snapshot the leader that sends it is killed",
            Set.of(Capability.FILES),
            (context, behind) -> {
              int leader = context.leader();
              int victim = leader == behind ? context.cluster().nodesExcept(behind).get(0) : leader;
              context.remarks().say("kills node " + victim);
              context.cluster().kill(victim);
              return () -> context.cluster().start(victim);
            }),
        snapshot(
            "snapshot-node-killed",
            "a node that gets a snapshot is killed, and starts again",
            Set.of(Capability.FILES),
            (context, behind) -> {
              context.cluster().kill(behind);
              return () -> context.cluster().start(behind);
            }),
        snapshot(
            "snapshot-power-lost",
            "a node that gets a snapshot loses power",
            Set.of(Capability.FILES, Capability.DISK),
            (context, behind) -> {
              PowerFaults.cut(context, List.of(behind));
              return () -> context.cluster().start(behind);
            }),
        snapshot(
            "snapshot-partition",
            "a node that gets a snapshot hears nobody for a while",
            Set.of(Capability.FILES, Capability.NETWORK),
            (context, behind) -> {
              NetworkControl network = context.cluster().network();
              context.cluster().nodesExcept(behind).forEach(other -> network.drop(other, behind));
              return network::heal;
            }));
  }

  private static Fault fault(
      String name, String description, Set<Capability> needs, Fault.Aim aim) {
    return new Fault(
        name, Group.COMPOUND, description, needs, SHORTEST, LONGEST, Company.ALONE, aim);
  }

  private static Harm swapMajority(FaultContext context) {
    ClusterUnderTest cluster = context.cluster();
    int leader = context.leader();
    List<Integer> followers = cluster.nodesExcept(leader);
    Duration pause = Duration.ofMillis(context.between(1000, 3000));
    return Harm.during(
        FaultContext.nodes(cluster.nodes()),
        () -> cluster.pause(ProcessFaults.array(followers)),
        hold -> {
          hold.rest(Duration.ofMillis(context.between(50, 800)));
          PowerFaults.cut(context, List.of(leader));
          cluster.resume(ProcessFaults.array(followers));
          hold.rest(pause);
          cluster.start(leader);
          hold.rest(pause);
          int away = followers.get(0);
          int back = followers.get(1);
          cluster.kill(away);
          hold.rest(pause);
          cluster.start(away);
          cluster.kill(back);
          hold.toTheEnd();
          cluster.start(back);
        },
        () -> {
          cluster.resume(ProcessFaults.array(cluster.nodes()));
          cluster.start(ProcessFaults.array(cluster.nodes()));
        });
  }

  /** What happens during a snapshot's way; gives what ends it. */
  private interface Disturbance {
    Runnable begin(FaultContext context, int behind);
  }

  private static Fault snapshot(
      String name, String description, Set<Capability> needs, Disturbance disturbance) {
    return fault(
        name,
        description,
        needs,
        context -> {
          int behind = context.anyNode();
          ClusterUnderTest cluster = context.cluster();
          Runnable[] end = {() -> {}};
          return Harm.during(
              FaultContext.nodes(cluster.nodes()),
              () -> {
                cluster.kill(behind);
                try {
                  leaveBehind(context, behind);
                } catch (NotNow e) {
                  cluster.start(behind);
                  throw e;
                }
              },
              hold -> {
                cluster.start(behind);
                awaitInstall(context, behind, hold);
                end[0] = disturbance.begin(context, behind);
                hold.rest(Duration.ofMillis(context.between(1000, 5000)));
              },
              () -> {
                end[0].run();
                cluster.start(ProcessFaults.array(cluster.nodes()));
              });
        });
  }

  /** Moves a log on until what the node would need of it is gone at all others. */
  private static void leaveBehind(FaultContext context, int behind) {
    List<Integer> others = context.cluster().nodesExcept(behind);
    Hold limit = new Hold(SEGMENT_LIMIT);
    do {
      if (!LogFiller.fill(context.cluster(), context.pick(others))) {
        limit.rest(Duration.ofMillis(500));
      }
      if (needsSnapshot(context, behind, others)) {
        context.remarks().say("the log that node " + behind + " needs is gone");
        return;
      }
    } while (!limit.isOver());
    throw new NotNow("the others still have the log that node " + behind + " needs");
  }

  private static boolean needsSnapshot(FaultContext context, int behind, List<Integer> others) {
    for (Path group : NodeFiles.groups(context.cluster().data(behind))) {
      long has = NodeFiles.lastSegmentIndex(group);
      boolean gone =
          others.stream()
              .map(other -> context.cluster().data(other).resolve(NodeFiles.RAFT))
              .allMatch(
                  raft -> NodeFiles.firstLogIndex(raft.resolve(group.getFileName())) > has + 1);
      if (has >= 0 && gone) {
        return true;
      }
    }
    return false;
  }

  /** Waits until the node answers, or for a moment that is as good as any. */
  private static void awaitInstall(FaultContext context, int behind, Hold hold) {
    IntConsumer rest = ms -> hold.rest(Duration.ofMillis(ms));
    while (!hold.isOver() && !context.cluster().figures(behind).reached()) {
      rest.accept(50);
    }
    rest.accept(context.between(0, 700));
  }
}
