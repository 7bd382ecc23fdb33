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
 * Consumers and gets without acks: queues that only these take from, one of each kind, and one that
 * they share with consumers that ack and return.
 */
final class AtMostOnceWorkload extends ClientWorkload {

  private static final String FETCHED = "fetched";
  private static final String SHARED = "shared";

  /** Of gets, which take one message in a turn. */
  private static final double MOST_FETCHED_PER_SECOND = 50;

  @Override
  public String name() {
    return "at-most-once";
  }

  @Override
  public String description() {
    return "consumers and gets without acks, alone and beside some that ack";
  }

  @Override
  Set<Kind> alsoExpected() {
    return EnumSet.of(Kind.GET, Kind.CANCEL);
  }

  @Override
  void prepare(WorkloadContext context) throws IOException {
    WorkloadOptions options = context.options();
    List<Integer> nodes = context.cluster().nodes();
    List<String> sent = declareQueues("sent-");
    List<Destination> destinations =
        new ArrayList<>(sent.stream().map(Destination::queue).toList());
    declareQueue(FETCHED, nodes.get(0));
    declareQueue(SHARED, nodes.get(nodes.size() - 1));
    destinations.add(Destination.queue(SHARED));
    double rate = options.ratePerSecond() / (double) nodes.size();
    double fetched = Math.min(rate / 4, MOST_FETCHED_PER_SECOND / nodes.size());
    for (int node : nodes) {
      publisher(node, rate - fetched, destinations);
      publisher(node, fetched, List.of(Destination.queue(FETCHED)));
      take(node, sent, 6000);
      take(node, List.of(SHARED), 3000);
      taker(
          new NoAckGetter(
              Access.of(context),
              "fetcher-" + node,
              nodesFrom(node),
              FETCHED,
              Duration.ofMillis(20)));
      consumer(
          nodesFrom(node),
          ConsumePlan.steady(List.of(SHARED), options.prefetch()).restless(0.05, 0.01, 5000));
    }
  }

  private void take(int node, List<String> queues, int leavesAfterMs) {
    String name = "taker-" + String.join("-", queues) + "-" + node;
    taker(
        new NoAckConsumer(
            Access.of(context()), name, nodesFrom(node), queues, leavesAfterMs, nextSeed()));
  }
}
