package io.quorate.chaos.fault;

import io.quorate.chaos.fault.Fault.Company;
import io.quorate.chaos.fault.Fault.Group;
import io.quorate.chaos.history.Event;
import io.quorate.chaos.sut.Capability;
import io.quorate.chaos.sut.ClusterUnderTest;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Power that goes: whatever was not forced to disk is gone too. */
final class PowerFaults {

  private PowerFaults() {}

  static List<Fault> all() {
    return List.of(
        power("power-one", "one node loses power", c -> List.of(c.anyNode())),
        power("power-leader", "the leader of a shard loses power", c -> List.of(c.leader())),
        power("power-all", "all nodes lose power at once", c -> c.cluster().nodes()));
  }

  private static Fault power(
      String name, String description, Function<FaultContext, List<Integer>> choice) {
    return new Fault(
        name,
        Group.POWER,
        description,
        Set.of(Capability.DISK),
        Duration.ZERO,
        Duration.ofSeconds(4),
        Company.HEAVY,
        context -> {
          List<Integer> nodes = choice.apply(context);
          return Harm.of(
              FaultContext.nodes(nodes),
              () -> cut(context, nodes),
              () -> context.cluster().start(ProcessFaults.array(nodes)));
        });
  }

  /** Cuts the power of nodes; when, and their votes before and after, is in the history. */
  static void cut(FaultContext context, List<Integer> nodes) {
    ClusterUnderTest cluster = context.cluster();
    StoredVotes votes = StoredVotes.before(context, nodes);
    String target = FaultContext.nodes(nodes);
    context.record(Event.powerCut(target, true));
    cluster.disks().cutPower(ProcessFaults.array(nodes));
    context.record(Event.powerCut(target, false));
    votes.after();
  }
}
