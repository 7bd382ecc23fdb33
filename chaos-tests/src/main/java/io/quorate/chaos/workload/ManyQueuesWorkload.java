package io.quorate.chaos.workload;

import io.quorate.chaos.workload.PublishPlan.Destination;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** As many queues as the options say: they share Raft groups, entries, links and channels. */
final class ManyQueuesWorkload extends ClientWorkload {

  @Override
  public String name() {
    return "many-queues";
  }

  @Override
  public String description() {
    return "many queues that share shards, each publisher using all, each consumer a part";
  }

  @Override
  void prepare(WorkloadContext context) throws IOException {
    WorkloadOptions options = context.options();
    List<Integer> nodes = context.cluster().nodes();
    List<Destination> destinations = new ArrayList<>();
    List<List<String>> parts = new ArrayList<>();
    nodes.forEach(node -> parts.add(new ArrayList<>()));
    for (int i = 0; i < options.queues(); i++) {
      String queue = "many-%03d".formatted(i);
      declareQueue(queue, nodes.get(i % nodes.size()));
      destinations.add(Destination.queue(queue));
      // Not the part of the node that leads it: deliveries take the way over the links too.
      parts.get((i / 2) % nodes.size()).add(queue);
    }
    double rate = options.ratePerSecond() / (double) nodes.size();
    for (int i = 0; i < nodes.size(); i++) {
      publisher(
          nodesFrom(nodes.get(i)),
          new PublishPlan(rate, options.window(), List.of(options.bodySize()), destinations));
      ConsumePlan plan = ConsumePlan.steady(parts.get(i), options.prefetch());
      consumer(nodesFrom(nodes.get(i)), plan);
      consumer(nodesFrom(nodes.get(i)), plan.restless(0.05, 0, 6000));
    }
  }
}
