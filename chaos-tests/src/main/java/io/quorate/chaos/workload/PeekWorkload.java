package io.quorate.chaos.workload;

import io.quorate.chaos.history.Kind;
import io.quorate.chaos.workload.PublishPlan.Destination;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Three queues with consumers that only ack, and programs that look at what is there: they return
 * whatever a get brings. So nothing comes again without a return that could be the reason, and
 * whether it can have been is for the search alone.
 */
final class PeekWorkload extends ClientWorkload {

  @Override
  public String name() {
    return "peek";
  }

  @Override
  public String description() {
    return "three queues; consumers that ack, gets that return what they bring";
  }

  @Override
  Set<Kind> alsoExpected() {
    return EnumSet.of(Kind.GET);
  }

  @Override
  void prepare(WorkloadContext context) throws IOException {
    WorkloadOptions options = context.options();
    List<Integer> nodes = context.cluster().nodes();
    List<String> queues = declareQueues("peek-");
    List<Destination> destinations = queues.stream().map(Destination::queue).toList();
    double rate = options.ratePerSecond() / (double) nodes.size();
    for (int node : nodes) {
      publisher(node, rate, destinations);
      consumer(nodesFrom(node), ConsumePlan.steady(queues, options.prefetch()));
      peeker(nodesFrom(node), queues, Duration.ofMillis(20));
    }
  }
}
