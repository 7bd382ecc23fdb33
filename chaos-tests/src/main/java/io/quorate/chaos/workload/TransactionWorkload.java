package io.quorate.chaos.workload;

import io.quorate.chaos.history.Kind;
import io.quorate.chaos.workload.PublishPlan.Destination;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Programs that take messages from one queue and put a result for each into another, of another
 * shard, in transactions; some of these are rolled back. Consumers stand beside them at both ends.
 */
final class TransactionWorkload extends ClientWorkload {

  private static final int MOST_IN_ONE = 8;
  private static final double ROLLED_BACK = 0.1;

  @Override
  public String name() {
    return "transactions";
  }

  @Override
  public String description() {
    return "messages taken from queues, their results put into others, in transactions";
  }

  @Override
  Set<Kind> alsoExpected() {
    return EnumSet.of(Kind.COMMIT, Kind.ROLLBACK);
  }

  @Override
  void prepare(WorkloadContext context) throws IOException {
    WorkloadOptions options = context.options();
    List<Integer> nodes = context.cluster().nodes();
    List<Destination> destinations = new ArrayList<>();
    for (int node : nodes) {
      declareQueue(work(node), node);
      declareQueue(results(node), node);
      destinations.add(Destination.queue(work(node)));
    }
    double rate = options.ratePerSecond() / (double) nodes.size();
    for (int node : nodes) {
      int next = nodesFrom(node).get(1 % nodes.size());
      publisher(node, rate, destinations);
      other(
          new Transactor(
              Access.of(context),
              "transactor-" + node,
              nodesFrom(node),
              new Transactor.Plan(
                  work(node),
                  results(next),
                  options.prefetch(),
                  MOST_IN_ONE,
                  ROLLED_BACK,
                  options.bodySize()),
              nextSeed()));
      consumer(
          nodesFrom(node),
          ConsumePlan.steady(List.of(work(node), results(node)), options.prefetch()));
    }
  }

  private static String work(int node) {
    return "transactions-" + node;
  }

  private static String results(int node) {
    return "results-" + node;
  }
}
