package io.quorate.chaos.workload;

import io.quorate.chaos.history.Kind;
import io.quorate.chaos.workload.PublishPlan.Destination;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Queues that grow while they are used: there is always something to deliver, on every side of a
 * partition, and something to be found again after a failover, a snapshot, a power cut.
 */
final class BacklogWorkload extends ClientWorkload {

  @Override
  public String name() {
    return "backlog";
  }

  @Override
  public String description() {
    return "queues that grow, slow consumers, and gets at every node";
  }

  @Override
  Set<Kind> alsoExpected() {
    return EnumSet.of(Kind.GET);
  }

  @Override
  void prepare(WorkloadContext context) throws IOException {
    WorkloadOptions options = context.options();
    List<Integer> nodes = context.cluster().nodes();
    List<String> queues = declareQueues("backlog-");
    List<Destination> destinations = queues.stream().map(Destination::queue).toList();
    double rate = options.ratePerSecond() / (double) nodes.size();
    int pauseMs = (int) Math.max(1, 2 * 1000 / rate);
    for (int node : nodes) {
      publisher(node, rate, destinations);
      consumer(
          nodesFrom(node), ConsumePlan.steady(queues, 20).restless(0.02, 0, 10_000).slow(pauseMs));
      getter(List.of(node), queues, Duration.ofMillis(25));
    }
  }
}
