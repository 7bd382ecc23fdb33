package io.quorate.chaos.workload;

import io.quorate.chaos.workload.PublishPlan.Destination;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A queue by each node with one consumer that never returns anything: what each publisher sends
 * must be seen in its order. The consumers leave from time to time, and come back when they have
 * gone.
 */
final class OrderWorkload extends ClientWorkload {

  @Override
  public String name() {
    return "order";
  }

  @Override
  public String description() {
    return "each publisher's order, with a single consumer per queue and nothing returned";
  }

  @Override
  void prepare(WorkloadContext context) throws IOException {
    WorkloadOptions options = context.options();
    List<Integer> nodes = context.cluster().nodes();
    List<Destination> destinations = new ArrayList<>();
    for (int node : nodes) {
      String queue = "order-" + node;
      declareQueue(queue, node);
      destinations.add(Destination.queue(queue));
      consumer(
          nodesFrom(node),
          ConsumePlan.steady(List.of(queue), options.prefetch()).restless(0, 0, 8000));
    }
    double rate = options.ratePerSecond() / (2.0 * nodes.size());
    for (int i = 0; i < 2 * nodes.size(); i++) {
      publisher(
          nodesFrom(nodes.get(i % nodes.size())),
          new PublishPlan(rate, options.window(), List.of(options.bodySize()), destinations));
    }
  }
}
