package io.quorate.chaos.fault;

import io.quorate.chaos.fault.Fault.Company;
import io.quorate.chaos.fault.Fault.Group;
import io.quorate.chaos.sut.Capability;
import io.quorate.chaos.sut.ClusterUnderTest;
import io.quorate.chaos.sut.NetworkControl;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Several things in a bad order. */
final class CompoundFaults {

  private static final Duration SHORTEST = Duration.ofSeconds(6);
  private static final Duration LONGEST = Duration.ofSeconds(12);
  private static final Duration SEGMENT_LIMIT = Duration.ofSeconds(20);
  private static final Duration TRANSFER_LIMIT = Duration.ofSeconds(60);
  private static final Duration LOOK = Duration.ofMillis(5);

  /** Some seconds for a snapshot, and enough for the rest to go on. */
  private static final int SLOW_KILOBITS = 16_000;

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
            Set.of(),
            (context, behind, sender) -> {
              context.cluster().kill(sender);
              return () -> context.cluster().start(sender);
            }),
        snapshot(
            "snapshot-node-killed",
            "a node that gets a snapshot is killed, and starts again",
            Set.of(),
            (context, behind, sender) -> {
              context.cluster().kill(behind);
              return () -> context.cluster().start(behind);
            }),
        snapshot(
            "snapshot-power-lost",
            "a node that gets a snapshot loses power",
            Set.of(Capability.DISK),
            (context, behind, sender) -> {
              PowerFaults.cut(context, List.of(behind));
              return () -> context.cluster().start(behind);
            }),
        snapshot(
            "snapshot-partition",
            "a node that gets a snapshot hears nobody for a while",
            Set.of(),
            (context, behind, sender) -> {
              NetworkControl network = context.cluster().network();
              context.cluster().nodesExcept(behind).forEach(other -> network.drop(other, behind));
              return () -> {};
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
    Runnable begin(FaultContext context, int behind, int sender);
  }

  private static Fault snapshot(
      String name, String description, Set<Capability> more, Disturbance disturbance) {
    Set<Capability> needs = EnumSet.of(Capability.FILES, Capability.NETWORK);
    needs.addAll(more);
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
                end[0] = disturb(context, behind, disturbance);
                new Hold(Duration.ofMillis(context.between(1000, 5000))).toTheEnd();
              },
              () -> {
                end[0].run();
                cluster.network().heal();
                cluster.start(ProcessFaults.array(cluster.nodes()));
              });
        });
  }

  /**
   * Lets the node come back, with a slow network, and strikes while a snapshot is on its way to it.
   *
   * @throws NotNow if none was seen, or it had arrived before
   */
  private static Runnable disturb(FaultContext context, int behind, Disturbance disturbance) {
    ClusterUnderTest cluster = context.cluster();
    List<Integer> others = cluster.nodesExcept(behind);
    SnapshotWatch watch =
        new SnapshotWatch(
            others.stream().collect(Collectors.toMap(node -> node, cluster::log)), behind);
    others.forEach(node -> cluster.network().limitBandwidth(node, SLOW_KILOBITS));
    cluster.start(behind);
    SnapshotWatch.Transfer transfer = awaitTransfer(watch, behind);
    Runnable end = disturbance.begin(context, behind, transfer.sender());
    if (watch.look().isEmpty()) {
      end.run();
      throw new NotNow("the snapshot had arrived at node " + behind + " before");
    }
    context.remarks().say("struck while node " + behind + " was sent a snapshot: " + transfer);
    return end;
  }

  private static SnapshotWatch.Transfer awaitTransfer(SnapshotWatch watch, int behind) {
    Hold limit = new Hold(TRANSFER_LIMIT);
    while (!limit.isOver()) {
      Optional<SnapshotWatch.Transfer> transfer = watch.look();
      if (transfer.isPresent()) {
        return transfer.get();
      }
      limit.rest(LOOK);
    }
    throw new NotNow("no snapshot was sent to node " + behind);
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
}
