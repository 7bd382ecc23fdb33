package io.quorate.chaos.workload;

import io.quorate.chaos.workload.PublishPlan.Destination;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Bodies from a few bytes to a megabyte, and consumers that are slower than the publishers until
 * the end: a backlog that does not fit into the memory that messages may have, so that bodies are
 * paged out, and read again.
 */
final class LargeWorkload extends ClientWorkload {

  private static final List<Integer> SIZES =
      List.of(12, 200, 1_000, 1_000, 4_096, 4_096, 20_000, 60_000, 131_072, 1_000_000);

  /** Of the options' rate, which is one for small messages. */
  private static final double RATE = 0.07;

  @Override
  public String name() {
    return "large";
  }

  @Override
  public String description() {
    return "bodies up to a megabyte and a backlog that is paged out";
  }

  @Override
  public Map<String, String> settings() {
    return Map.of("store.page-out-bytes", "8MiB", "snapshot.bytes", "32MiB");
  }

  @Override
  void prepare(WorkloadContext context) throws IOException {
    WorkloadOptions options = context.options();
    List<Integer> nodes = context.cluster().nodes();
    List<Destination> destinations = new ArrayList<>();
    for (int node : nodes) {
      String queue = "large-" + node;
      declareQueue(queue, node);
      destinations.add(Destination.queue(queue));
      consumer(
          nodesFrom(node),
          ConsumePlan.steady(List.of(queue), 4).holding(1).restless(0.05, 0, 10_000).slow(100));
    }
    double rate = options.ratePerSecond() * RATE / nodes.size();
    for (int node : nodes) {
      publisher(nodesFrom(node), new PublishPlan(rate, 20, SIZES, destinations));
    }
  }
}
