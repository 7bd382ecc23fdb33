package io.quorate.chaos.workload;

import io.quorate.chaos.history.Kind;
import io.quorate.chaos.workload.PublishPlan.Destination;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Queues that are declared and deleted, bindings that are made and taken away, while others look
 * whether they see that from every node, and publish through the exchange.
 */
final class MetadataWorkload extends ClientWorkload {

  static final String EXCHANGE = "metadata";
  private static final int KEYS = 6;

  @Override
  public String name() {
    return "metadata";
  }

  @Override
  public String description() {
    return "declare, delete, bind, unbind, seen from every node; routing follows";
  }

  @Override
  Set<Kind> alsoExpected() {
    return EnumSet.of(Kind.DECLARE_QUEUE, Kind.DELETE_QUEUE, Kind.BIND, Kind.UNBIND, Kind.LOOKUP);
  }

  @Override
  void prepare(WorkloadContext context) throws IOException {
    WorkloadOptions options = context.options();
    List<Integer> nodes = context.cluster().nodes();
    List<String> queues = new ArrayList<>();
    List<Destination> destinations = new ArrayList<>();
    declareExchange(nodes.get(0));
    for (int i = 0; i < KEYS; i++) {
      String queue = "routed-" + i;
      declareQueue(queue, nodes.get(i % nodes.size()));
      queues.add(queue);
      destinations.add(new Destination(EXCHANGE, "key-" + i, ""));
      other(
          new Binder(
              Access.of(context),
              "binder-" + i,
              nodesFrom(nodes.get(i % nodes.size())),
              queue,
              "key-" + i,
              nextSeed()));
    }
    double rate = options.ratePerSecond() / (4.0 * nodes.size());
    for (int node : nodes) {
      publisher(node, rate, destinations);
      consumer(nodesFrom(node), ConsumePlan.steady(queues, options.prefetch()));
      other(
          new Declarer(
              context.cluster(),
              Access.of(context),
              "declarer-" + node,
              nodesFrom(node),
              nextSeed()));
    }
  }

  private void declareExchange(int node) throws IOException {
    define(
        node,
        (link, definitions) ->
            definitions.run(
                Kind.DECLARE_EXCHANGE,
                EXCHANGE,
                null,
                () -> link.channel().exchangeDeclare(EXCHANGE, "direct", true)));
  }
}
