package io.quorate.chaos.load;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import io.quorate.chaos.check.History;
import io.quorate.chaos.cluster.Admin;
import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.cluster.LocalCluster;
import io.quorate.chaos.cluster.Repository;
import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.EventType;
import io.quorate.chaos.history.HistoryWriter;
import io.quorate.chaos.history.Kind;
import io.quorate.chaos.workload.Access;
import io.quorate.chaos.workload.Client;
import io.quorate.chaos.workload.ConsumePlan;
import io.quorate.chaos.workload.Consumer;
import io.quorate.chaos.workload.PublishPlan;
import io.quorate.chaos.workload.Publisher;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Publishers and consumers of the harness on one queue of its own, and the history that they write.
 * A publisher or consumer is bound to the nodes that it is given: it connects to the first, and
 * after a failure to the next, round and round. The whole history counts as disturbed, since it
 * does not know what the test does to its cluster; with {@link LoadOptions#inPeace} only changes of
 * leaders do, which it then looks for.
 */
public final class Load implements AutoCloseable {

  private final LocalCluster cluster;
  private final String queue;
  private final LoadOptions options;
  private final Path folder;
  private final HistoryWriter history;
  private final Access access;
  private final List<Publisher> publishers = new ArrayList<>();
  private final List<Consumer> consumers = new ArrayList<>();
  private final @Nullable LeaderWatch leaders;

  public Load(LocalCluster cluster, String queue, LoadOptions options) {
    this.cluster = cluster;
    this.queue = queue;
    this.options = options;
    this.folder = Repository.module().resolve("target/e2e-histories").resolve(queue);
    this.history = new HistoryWriter(folder);
    this.access = new Access(cluster::amqpUri, history);
    this.leaders = options.peaceful() ? LeaderWatch.start(cluster, history) : null;
    if (!options.peaceful()) {
      history.record(
          Event.fault(
              "test",
              cluster.nodes().stream().map(String::valueOf).collect(Collectors.joining(" ")),
              true));
    }
  }

  /**
   * Declares the queue, durable and thus replicated, over a connection to the node given: its
   * leader is there.
   */
  public Load declareQueue(int node) throws IOException, TimeoutException {
    try (Connection connection = Amqp.connect(cluster, node)) {
      Channel channel = connection.createChannel();
      channel.queueDeclare(queue, true, false, false, Map.of());
    }
    return this;
  }

  public Load publisher(Integer... nodes) {
    PublishPlan plan =
        new PublishPlan(
            options.ratePerSecond(),
            options.window(),
            List.of(options.bodySize()),
            List.of(PublishPlan.Destination.queue(queue)));
    int number = publishers.size();
    Publisher publisher =
        new Publisher(access, "publisher-" + number, List.of(nodes), plan, number);
    publishers.add(publisher);
    publisher.start();
    return this;
  }

  public Load consumer(Integer... nodes) {
    ConsumePlan plan =
        new ConsumePlan(List.of(queue), options.prefetch(), options.held(), 0, 0, 0, 0);
    int number = consumers.size();
    Consumer consumer = new Consumer(access, "consumer-" + number, List.of(nodes), plan, number);
    consumers.add(consumer);
    consumer.start();
    return this;
  }

  public long confirmed() {
    return history.succeeded(Kind.PUBLISH);
  }

  public long deliveries() {
    return history.succeeded(Kind.DELIVER);
  }

  /** A moment on the clock of the history. */
  public long now() {
    return history.now();
  }

  /** Waits until so many more messages are confirmed. */
  public Load awaitConfirms(long more) {
    long goal = confirmed() + more;
    Await.until(
        more + " more confirms on " + queue,
        Duration.ofSeconds(60),
        () -> confirmed() >= goal,
        () -> confirmed() + " of " + goal);
    return this;
  }

  /** Waits until so many more messages are delivered. */
  public Load awaitDeliveries(int more) {
    long goal = deliveries() + more;
    Await.until(
        more + " more deliveries from " + queue,
        Duration.ofSeconds(60),
        () -> deliveries() >= goal,
        () -> deliveries() + " of " + goal);
    return this;
  }

  /** Stops publishing and waits until all is confirmed or unknown. */
  public Load stopPublishing() {
    publishers.forEach(Client::stop);
    join(publishers, Duration.ofSeconds(60));
    return this;
  }

  /** Ends all connections of publishers at once: what is not confirmed is unknown. */
  public Load abortPublishing() {
    publishers.forEach(Client::abort);
    join(publishers, Duration.ofSeconds(60));
    return this;
  }

  /**
   * Stops publishing, lets the consumers empty the queue, and shows that it is empty on all
   * replicas.
   *
   * @return the history; not drained if the queue did not become empty in a minute
   */
  public History finish() {
    stopPublishing();
    consumers.forEach(Consumer::finish);
    noteDrain();
    consumers.forEach(Client::stop);
    join(consumers, Duration.ofSeconds(30));
    endWatch();
    history.close();
    return History.read(folder);
  }

  private void noteDrain() {
    Admin admin = cluster.admin();
    Admin.QueueView[] last = new Admin.QueueView[1];
    try {
      Await.until(
          queue + " is empty on all replicas",
          Duration.ofSeconds(60),
          () -> {
            last[0] = admin.queue(queue);
            return last[0].isDrained();
          });
    } catch (AssertionError e) {
      System.out.println(queue + " was not drained: " + last[0] + "; " + e.getMessage());
    }
    Admin.QueueView seen = last[0];
    if (seen != null) {
      history.record(
          Event.of(EventType.OK, Kind.DRAIN, history.nextOperation())
              .by("drain", seen.leader().orElse(0), 0)
              .on(queue)
              .count(seen.ready())
              .tag(seen.unacked())
              .detail(seen.replicasAgree() ? "replicas agree" : "replicas differ"));
    }
  }

  /**
   * The longest gap between two confirms of one publisher between two moments, over those on {@code
   * nodes} that were there from the beginning.
   */
  public static Duration longestGap(History history, List<Integer> nodes, long from, long to) {
    Map<Integer, List<Long>> confirms = new HashMap<>();
    history.forEach(
        publish -> {
          if (publish.ok() && nodes.contains(publish.node()) && publish.end() <= to) {
            confirms.computeIfAbsent(publish.channel(), c -> new ArrayList<>()).add(publish.end());
          }
        },
        Kind.PUBLISH);
    confirms.values().forEach(times -> times.sort(null));
    confirms.values().removeIf(times -> times.get(0) > from);
    if (confirms.isEmpty()) {
      throw new AssertionError("no publisher on nodes " + nodes + " to measure");
    }
    long longest = 0;
    for (List<Long> times : confirms.values()) {
      times.add(to);
      for (int i = 1; i < times.size(); i++) {
        if (times.get(i) >= from) {
          longest = Math.max(longest, times.get(i) - times.get(i - 1));
        }
      }
    }
    return Duration.ofNanos(longest);
  }

  private static void join(List<? extends Client> clients, Duration limit) {
    for (Client client : clients) {
      if (!client.join(limit)) {
        throw new AssertionError("a client did not end within " + limit);
      }
    }
  }

  /** Ends everything that still runs. */
  @Override
  public void close() {
    publishers.forEach(Client::abort);
    consumers.forEach(Client::abort);
    endWatch();
    history.close();
  }

  private void endWatch() {
    if (leaders != null) {
      leaders.close();
    }
  }
}
