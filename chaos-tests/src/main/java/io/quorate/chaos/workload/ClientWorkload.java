package io.quorate.chaos.workload;

import com.rabbitmq.client.ShutdownSignalException;
import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.Kind;
import io.quorate.chaos.workload.PublishPlan.Destination;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A workload of publishers, consumers and getters on queues of its own. */
abstract class ClientWorkload implements Workload {

  private static final Duration STOP_LIMIT = Duration.ofSeconds(40);
  private static final Duration SETUP_LIMIT = Duration.ofSeconds(60);

  private final List<Client> publishers = new ArrayList<>();
  private final List<Consumer> consumers = new ArrayList<>();
  private final List<Getter> getters = new ArrayList<>();
  private final List<Client> takers = new ArrayList<>();
  private final List<Consumer> sweepers = new ArrayList<>();
  private final List<String> queues = new ArrayList<>();
  private boolean returning;
  private @Nullable WorkloadContext context;
  private @Nullable Random seeds;

  /** Declares queues and makes clients, which are not started yet. */
  abstract void prepare(WorkloadContext context) throws IOException;

  /**
   * The kinds of operations of which a run must have seen some succeed to say anything, beside
   * those of which every run must.
   */
  Set<Kind> alsoExpected() {
    return Set.of();
  }

  private Set<Kind> expected() {
    Set<Kind> kinds =
        EnumSet.of(Kind.OPEN, Kind.PUBLISH, Kind.CONSUME, Kind.DELIVER, Kind.ACK, Kind.DIGEST);
    kinds.addAll(alsoExpected());
    return kinds;
  }

  /**
   * What is counted of returns shows only while no leader moves: ten seconds after a start each
   * leadership goes to its first node, and then it has to be quiet for a while.
   */
  @Override
  public Duration baseline() {
    return returning ? Duration.ofSeconds(20) : Workload.super.baseline();
  }

  @Override
  public final void setUp(WorkloadContext given) throws IOException {
    context = given;
    seeds = new Random(given.seed());
    String kinds = expected().stream().map(Kind::text).sorted().collect(Collectors.joining(" "));
    given.history().record(Event.phase("workload").on(name()));
    given.history().record(Event.phase("expects").on(kinds));
    prepare(given);
  }

  final WorkloadContext context() {
    WorkloadContext given = context;
    if (given == null) {
      throw new IllegalStateException("not set up");
    }
    return given;
  }

  /** A number for the next client's own choices; the same in every run with the same seed. */
  final long nextSeed() {
    Random random = seeds;
    return random == null ? 0 : random.nextLong();
  }

  /**
   * Declares a replicated queue over a connection to a node, which puts it into a shard that this
   * node leads, if it leads one.
   */
  final void declareQueue(String queue, int node) throws IOException {
    define(
        node,
        (link, definitions) ->
            definitions.run(
                Kind.DECLARE_QUEUE,
                queue,
                null,
                () -> link.channel().queueDeclare(queue, true, false, false, Map.of())));
    queues.add(queue);
  }

  /** What is to be defined before clients start; may be done twice. */
  interface Definition {
    void make(Link link, Definitions definitions) throws IOException;
  }

  /** Makes a definition over a connection to a node, again if a slow machine needs it. */
  final void define(int node, Definition definition) throws IOException {
    long deadline = System.nanoTime() + SETUP_LIMIT.toNanos();
    while (true) {
      try (Link link = Link.open(Access.of(context()), "setup", node)) {
        definition.make(link, new Definitions(link));
        return;
      } catch (IOException | TimeoutException | ShutdownSignalException e) {
        if (System.nanoTime() > deadline) {
          throw new IOException("node " + node + " cannot be set up", e);
        }
      }
    }
  }

  /** The nodes, beginning with the one given: a client goes round them. */
  final List<Integer> nodesFrom(int first) {
    List<Integer> nodes = context().cluster().nodes();
    int start = nodes.indexOf(first);
    List<Integer> turned = new ArrayList<>(nodes.subList(start, nodes.size()));
    turned.addAll(nodes.subList(0, start));
    return turned;
  }

  /** Declares one queue by each node. */
  final List<String> declareQueues(String prefix) throws IOException {
    List<String> queues = new ArrayList<>();
    for (int node : context().cluster().nodes()) {
      queues.add(prefix + node);
      declareQueue(prefix + node, node);
    }
    return queues;
  }

  /** Of the options' bodies, to be begun with a node. */
  final void publisher(int node, double rate, List<Destination> destinations) {
    WorkloadOptions options = context().options();
    publisher(
        nodesFrom(node),
        new PublishPlan(rate, options.window(), List.of(options.bodySize()), destinations));
  }

  final void publisher(List<Integer> nodes, PublishPlan plan) {
    String name = "publisher-" + (publishers.size() + 1);
    publishers.add(new Publisher(Access.of(context()), name, nodes, plan, nextSeed()));
  }

  final Consumer consumer(List<Integer> nodes, ConsumePlan plan) {
    String name = "consumer-" + (consumers.size() + 1);
    returning |= plan.requeued() > 0;
    Consumer consumer = new Consumer(Access.of(context()), name, nodes, plan, nextSeed());
    consumers.add(consumer);
    return consumer;
  }

  final void getter(List<Integer> nodes, List<String> from, Duration interval) {
    getter("getter-", nodes, from, interval, 0.2);
  }

  /** A getter that returns all that it gets. */
  final void peeker(List<Integer> nodes, List<String> from, Duration interval) {
    getter("peeker-", nodes, from, interval, 1);
  }

  private void getter(
      String kind, List<Integer> nodes, List<String> from, Duration interval, double returned) {
    String name = kind + (getters.size() + 1);
    getters.add(
        new Getter(Access.of(context()), name, nodes, from, interval, returned, nextSeed()));
  }

  /**
   * A consumer that begins when the publishers have ended: for queues whose consumers until then
   * come and go.
   */
  final void sweeper(List<Integer> nodes, List<String> from) {
    String name = "sweeper-" + (sweepers.size() + 1);
    ConsumePlan plan = ConsumePlan.steady(from, context().options().prefetch());
    sweepers.add(new Consumer(Access.of(context()), name, nodes, plan, nextSeed()));
  }

  /** A client that takes messages without acks, until the queues have been shown to be empty. */
  final void taker(Client client) {
    takers.add(client);
  }

  /** What has to be there again before queues are shown to be empty. */
  void beforeDrain() throws IOException {}

  /** A client of another kind, which ends with the publishers. */
  final void other(Client client) {
    publishers.add(client);
  }

  private List<Client> clients() {
    List<Client> all = new ArrayList<>(publishers);
    all.addAll(consumers);
    all.addAll(getters);
    all.addAll(takers);
    return all;
  }

  @Override
  public void start() {
    clients().forEach(Client::start);
  }

  @Override
  public void stopAndDrain() {
    context().history().record(Event.phase("drain"));
    publishers.forEach(Client::stop);
    join(publishers);
    sweep();
    consumers.forEach(Consumer::finish);
    getters.forEach(Getter::finish);
    getters.forEach(Client::stop);
    join(getters);
    try (Drain drain = new Drain(context().cluster(), context().history(), queues)) {
      drain.prove(
          context().options().drainLimit(), this::consumersHoldNothing, this::reopenConsumers);
    }
    takers.forEach(Client::stop);
    join(takers);
    consumers.forEach(Client::stop);
    join(consumers);
    context().history().record(Event.phase("end"));
  }

  private void sweep() {
    try {
      beforeDrain();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    sweepers.forEach(Client::start);
    consumers.addAll(sweepers);
  }

  private boolean consumersHoldNothing() {
    return consumers.stream().allMatch(Consumer::holdsNothing);
  }

  private void reopenConsumers() {
    context().history().record(Event.phase("reopened"));
    consumers.forEach(Consumer::reopen);
  }

  private static void join(List<? extends Client> clients) {
    long deadline = System.nanoTime() + STOP_LIMIT.toNanos();
    for (Client client : clients) {
      if (!client.join(Duration.ofNanos(deadline - System.nanoTime()))) {
        client.abort(); // what it had under way is unknown
        client.join(Duration.ofSeconds(5));
      }
    }
  }

  @Override
  public void close() {
    clients().forEach(Client::abort);
  }
}
