package io.quorate.chaos.fault;

import io.quorate.chaos.cluster.AdminApi;
import io.quorate.chaos.fault.Fault.Company;
import io.quorate.chaos.fault.Fault.Group;
import io.quorate.chaos.sut.Capability;
import io.quorate.chaos.sut.ClusterUnderTest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;

/** Nodes that are asked to stop, and leaderships that are handed over. */
final class OrderlyFaults {

  private OrderlyFaults() {}

  static List<Fault> all() {
    return List.of(
        stop("stop-leader", "the leader of a shard is stopped in good order", FaultContext::leader),
        stop("stop-one", "a node is stopped in good order", FaultContext::anyNode),
        new Fault(
            "transfer-leaders",
            Group.ORDERLY,
            "leaderships are handed over to other nodes, one after the other",
            Set.of(Capability.PROCESS),
            Duration.ofSeconds(4),
            Duration.ofSeconds(10),
            Company.LIGHT,
            OrderlyFaults::transfer));
  }

  private static Fault stop(String name, String description, ToIntFunction<FaultContext> choice) {
    return new Fault(
        name,
        Group.ORDERLY,
        description,
        Set.of(Capability.PROCESS),
        Duration.ZERO,
        Duration.ofSeconds(6),
        Company.HEAVY,
        context -> {
          int node = choice.applyAsInt(context);
          ClusterUnderTest cluster = context.cluster();
          return Harm.of(
              FaultContext.nodes(List.of(node)),
              () -> stop(context, node),
              () -> cluster.start(node));
        });
  }

  private static void stop(FaultContext context, int node) {
    ClusterUnderTest cluster = context.cluster();
    boolean started = cluster.isReady(node);
    try {
      cluster.stop(node);
    } catch (AssertionError e) {
      context.remarks().misbehaviour("node " + node + " does not stop: " + e.getMessage());
      cluster.kill(node);
      return;
    }
    int code = cluster.exitCode(node).orElse(0);
    if (started && code != 0) {
      context
          .remarks()
          .misbehaviour("node %d ended with %d, not 0, when it was stopped".formatted(node, code));
    }
  }

  /** It keeps nobody from their work, and is refused whenever the cluster thinks better of it. */
  private static Harm transfer(FaultContext context) {
    return Harm.during(
            "leaderships",
            () -> {},
            hold -> {
              while (!hold.isOver()) {
                transferOne(context);
                hold.rest(Duration.ofMillis(context.between(200, 2_000)));
              }
            },
            () -> {})
        .sparingAllBut();
  }

  private static void transferOne(FaultContext context) {
    int asked = context.anyNode();
    try (AdminApi node = new AdminApi(context.cluster().admin(asked).endpoints())) {
      Map<Integer, AdminApi.Leadership> shards = node.leaderships();
      if (shards.isEmpty()) {
        return;
      }
      int shard = context.pick(List.copyOf(shards.keySet()));
      int next = context.anyNode();
      node.transferLeader(shard, next);
      context.remarks().say("shard " + shard + " is led by node " + next);
    } catch (AdminApi.Refused e) {
      context.remarks().say("no leadership was handed over: " + e.getMessage());
    }
  }
}
