package io.quorate.chaos.workload;

import io.quorate.chaos.history.Kind;
import io.quorate.chaos.workload.PublishPlan.Destination;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A few queues, one by each node, and everything that can be done with a message: acks, single and
 * multiple, gets, returns by nack and reject, rejects for good; consumers close, are cancelled, are
 * cut off.
 */
final class QueueWorkload extends ClientWorkload {

  @Override
  public String name() {
    return "queue";
  }

  @Override
  public String description() {
    return "three queues; confirms, acks, gets, returns, rejects; consumers that come and go";
  }

  @Override
  Set<Kind> alsoExpected() {
    return EnumSet.of(Kind.GET, Kind.REQUEUE, Kind.DISCARD, Kind.CANCEL, Kind.CLOSE);
  }

  @Override
  void prepare(WorkloadContext context) throws IOException {
    WorkloadOptions options = context.options();
    List<Integer> nodes = context.cluster().nodes();
    List<String> queues = declareQueues("queue-");
    List<Destination> destinations = queues.stream().map(Destination::queue).toList();
    double rate = options.ratePerSecond() / (double) nodes.size();
    for (int node : nodes) {
      publisher(node, rate, destinations);
      ConsumePlan steady = ConsumePlan.steady(queues, options.prefetch());
      consumer(nodesFrom(node), steady);
      consumer(nodesFrom(node), steady.restless(0.05, 0.01, 4000));
      getter(nodesFrom(node), queues, Duration.ofMillis(20));
    }
  }
}
