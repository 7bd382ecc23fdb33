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
 * What is done to queues while they are used: purges, deletions with new queues of the same name
 * soon after, and consumers that want to be alone. Publishes are mandatory where there may be no
 * queue, and some of the others.
 */
final class LifecycleWorkload extends ClientWorkload {

  /** Where there is always a queue: nothing of that may come back. */
  private static final double MANDATORY = 0.5;

  private final List<String> deleted = new ArrayList<>();

  @Override
  public String name() {
    return "lifecycle";
  }

  @Override
  public String description() {
    return "queues purged, deleted and declared anew in use; exclusive consumers; mandatory";
  }

  @Override
  Set<Kind> alsoExpected() {
    return EnumSet.of(
        Kind.GET, Kind.PURGE, Kind.DECLARE_QUEUE, Kind.DELETE_QUEUE, Kind.RETURN, Kind.CANCELLED);
  }

  @Override
  void prepare(WorkloadContext context) throws IOException {
    double share = context.options().ratePerSecond() / (3.0 * context.cluster().nodes().size());
    List<String> purged = new ArrayList<>();
    List<String> contended = new ArrayList<>();
    for (int node : context.cluster().nodes()) {
      purged.add("purged-" + node);
      deleted.add("deleted-" + node);
      contended.add("contended-" + node);
    }
    for (int node : context.cluster().nodes()) {
      purges(node, purged, share);
      deletes(node, share);
      contends(node, contended, share);
    }
    sweeper(context.cluster().nodes(), contended);
  }

  /** A backlog, so that there is something to purge. */
  private void purges(int node, List<String> all, double rate) throws IOException {
    String queue = "purged-" + node;
    declareQueue(queue, node);
    publish(node, rate, queue, MANDATORY);
    consumer(
        nodesFrom(node),
        ConsumePlan.steady(List.of(queue), 10).restless(0.05, 0, 4000).slow(slowerThan(rate)));
    other(
        new Purger(
            Access.of(context()), "purger-" + node, turned(node, 1), queue, 1500, nextSeed()));
    getter(turned(node, 2), all, Duration.ofMillis(25));
  }

  private void deletes(int node, double rate) throws IOException {
    String queue = "deleted-" + node;
    declareQueue(queue, node);
    publish(node, rate, queue, 1);
    consumer(turned(node, 1), ConsumePlan.steady(List.of(queue), 10).slow(slowerThan(rate)));
    consumer(turned(node, 2), ConsumePlan.steady(List.of(queue), 10).slow(slowerThan(rate)));
    other(new Deleter(Access.of(context()), "deleter-" + node, turned(node, 1), queue, nextSeed()));
  }

  private void contends(int node, List<String> all, double rate) throws IOException {
    String queue = "contended-" + node;
    declareQueue(queue, node);
    publish(node, rate, queue, MANDATORY);
    for (String contended : all) {
      String name = "contender-" + node + "-of-" + contended;
      other(new Contender(Access.of(context()), name, nodesFrom(node), contended, nextSeed()));
    }
  }

  private void publish(int node, double rate, String queue, double mandatory) {
    WorkloadOptions options = context().options();
    publisher(
        nodesFrom(node),
        new PublishPlan(
            rate,
            options.window(),
            List.of(options.bodySize()),
            List.of(Destination.queue(queue)),
            mandatory));
  }

  private static int slowerThan(double rate) {
    return (int) Math.max(1, 2000 / rate);
  }

  private List<Integer> turned(int node, int by) {
    List<Integer> nodes = context().cluster().nodes();
    return nodesFrom(nodes.get((nodes.indexOf(node) + by) % nodes.size()));
  }

  /** Whoever deletes them may have ended in between. */
  @Override
  void beforeDrain() throws IOException {
    for (String queue : deleted) {
      define(
          context().cluster().nodes().get(0),
          (link, definitions) -> Deleter.declare(definitions, link, queue));
    }
  }
}
