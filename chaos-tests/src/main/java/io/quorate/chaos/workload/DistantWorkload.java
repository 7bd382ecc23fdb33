package io.quorate.chaos.workload;

import io.quorate.chaos.workload.PublishPlan.Destination;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A growing queue by the first node, and all clients at the others: so the first node has nothing
 * of theirs under way when it is cut off, which a client that comes to it then would wait for.
 */
final class DistantWorkload extends ClientWorkload {

  @Override
  public String name() {
    return "distant";
  }

  @Override
  public String description() {
    return "a growing queue whose clients are all at other nodes than its leader";
  }

  @Override
  void prepare(WorkloadContext context) throws IOException {
    WorkloadOptions options = context.options();
    int first = context.cluster().nodes().get(0);
    declareQueue("distant-1", first);
    List<Destination> destinations = List.of(Destination.queue("distant-1"));
    List<Integer> others = context.cluster().nodesExcept(first);
    double rate = options.ratePerSecond() / (2.0 * others.size());
    int pauseMs = (int) Math.max(1, 1000 / rate);
    for (int node : others) {
      List<Integer> turned = new ArrayList<>(List.of(node));
      others.stream().filter(other -> other != node).forEach(turned::add);
      publisher(
          turned,
          new PublishPlan(rate, options.window(), List.of(options.bodySize()), destinations));
      consumer(turned, ConsumePlan.steady(List.of("distant-1"), 50).slow(2 * pauseMs));
    }
  }
}
