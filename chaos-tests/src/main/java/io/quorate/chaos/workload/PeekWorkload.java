package io.quorate.chaos.workload;

import io.quorate.chaos.history.Kind;
import io.quorate.chaos.workload.PublishPlan.Destination;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
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
  Set<Kind> expected() {
    Set<Kind> kinds = EnumSet.copyOf(super.expected());
    kinds.add(Kind.GET);
    return kinds;
  }

  @Override
  void prepare(WorkloadContext context) throws IOException {
    WorkloadOptions options = context.options();
    List<Integer> nodes = context.cluster().nodes();
    List<String> queues = new ArrayList<>();
    List<Destination> destinations = new ArrayList<>();
    for (int node : nodes) {
      String queue = "peek-" + node;
      declareQueue(queue, node);
      queues.add(queue);
      destinations.add(Destination.queue(queue));
    }
    double rate = options.ratePerSecond() / (double) nodes.size();
    for (int node : nodes) {
      publisher(
          nodesFrom(node),
          new PublishPlan(rate, options.window(), List.of(options.bodySize()), destinations));
      consumer(nodesFrom(node), ConsumePlan.steady(queues, options.prefetch()));
      peeker(nodesFrom(node), queues, Duration.ofMillis(20));
    }
  }
}
