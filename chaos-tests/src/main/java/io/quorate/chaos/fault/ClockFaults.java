package io.quorate.chaos.fault;

import io.quorate.chaos.fault.Fault.Company;
import io.quorate.chaos.fault.Fault.Group;
import io.quorate.chaos.sut.Capability;
import io.quorate.chaos.sut.ClusterUnderTest;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Wall clocks that jump; monotonic clocks go on, as they do on a real machine. */
final class ClockFaults {

  private static final int MOST_SECONDS = 2 * 3600;

  private ClockFaults() {}

  static List<Fault> all() {
    return List.of(
        fault(
            "clock-jump",
            "the wall clock of a node jumps, forth or back, and back again in the end",
            context -> {
              int node = context.leaderOrAny();
              return Harm.of("node " + node, () -> jump(context, node), () -> set(context, node, 0))
                  .sparingAllBut();
            }),
        fault(
            "clock-strobe",
            "the wall clocks of all nodes jump about, each on its own",
            ClockFaults::strobe));
  }

  private static Fault fault(String name, String description, Fault.Aim aim) {
    return new Fault(
        name,
        Group.CLOCK,
        description,
        Set.of(Capability.CLOCK),
        Duration.ofSeconds(3),
        Duration.ofSeconds(8),
        Company.LIGHT,
        aim);
  }

  private static Harm strobe(FaultContext context) {
    ClusterUnderTest cluster = context.cluster();
    return Harm.during(
            FaultContext.nodes(cluster.nodes()),
            () -> {},
            hold -> {
              while (!hold.isOver()) {
                cluster.nodes().forEach(node -> jump(context, node));
                hold.rest(Duration.ofMillis(1200));
              }
            },
            () -> cluster.nodes().forEach(node -> set(context, node, 0)))
        .sparingAllBut();
  }

  private static void jump(FaultContext context, int node) {
    set(context, node, context.between(-MOST_SECONDS, MOST_SECONDS));
  }

  private static void set(FaultContext context, int node, long seconds) {
    context.remarks().say("clock of node " + node + ": " + seconds + " s");
    context.cluster().setClock(node, seconds);
  }
}
