package io.quorate.chaos.load;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import io.quorate.chaos.check.History;
import io.quorate.chaos.cluster.Admin;
import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.cluster.LocalCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/**
 * Publishers and consumers on one queue of its own, and the history that they write. A publisher or
 * consumer is bound to the nodes that it is given: it connects to the first, and after a failure to
 * the next, round and round.
 */
public final class Load implements AutoCloseable {

  private final LocalCluster cluster;
  private final String queue;
  private final LoadOptions options;
  private final Recorder recorder = new Recorder();
  private final List<LoadPublisher> publishers = new ArrayList<>();
  private final List<LoadConsumer> consumers = new ArrayList<>();
  private final List<Thread> publisherThreads = new ArrayList<>();
  private final List<Thread> consumerThreads = new ArrayList<>();

  public Load(LocalCluster cluster, String queue, LoadOptions options) {
    this.cluster = cluster;
    this.queue = queue;
    this.options = options;
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
    LoadPublisher publisher = new LoadPublisher(cluster, List.of(nodes), queue, options, recorder);
    publishers.add(publisher);
    publisherThreads.add(start(publisher, "publisher"));
    return this;
  }

  public Load consumer(Integer... nodes) {
    LoadConsumer consumer = new LoadConsumer(cluster, List.of(nodes), queue, options, recorder);
    consumers.add(consumer);
    consumerThreads.add(start(consumer, "consumer"));
    return this;
  }

  private Thread start(Runnable task, String role) {
    Thread thread = new Thread(task, role + "-of-" + queue);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  public long confirmed() {
    return recorder.confirmed();
  }

  public int deliveries() {
    return recorder.deliveryCount();
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
    int goal = deliveries() + more;
    Await.until(
        more + " more deliveries from " + queue,
        Duration.ofSeconds(60),
        () -> deliveries() >= goal,
        () -> deliveries() + " of " + goal);
    return this;
  }

  /**
   * The longest time that a publisher on one of the nodes went without a confirm between two
   * moments of {@code System.nanoTime}.
   */
  public Duration longestGap(List<Integer> nodes, long from, long to) {
    return recorder.longestGap(nodes, from, to);
  }

  /** Stops publishing and waits until all is confirmed or unknown. */
  public Load stopPublishing() {
    publishers.forEach(LoadPublisher::stop);
    join(publisherThreads, Duration.ofSeconds(60));
    return this;
  }

  /** Ends all connections of publishers at once: what is not confirmed is unknown. */
  public Load abortPublishing() {
    publishers.forEach(LoadPublisher::abort);
    join(publisherThreads, Duration.ofSeconds(60));
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
    consumers.forEach(LoadConsumer::acknowledgeAll);
    boolean drained = awaitDrained();
    consumers.forEach(LoadConsumer::stop);
    join(consumerThreads, Duration.ofSeconds(30));
    return recorder.history(Set.of(), drained);
  }

  private boolean awaitDrained() {
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
      return true;
    } catch (AssertionError e) {
      System.out.println(queue + " was not drained: " + last[0] + "; " + e.getMessage());
      return false;
    }
  }

  private static void join(List<Thread> threads, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    for (Thread thread : threads) {
      try {
        thread.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
      if (thread.isAlive()) {
        throw new AssertionError(thread.getName() + " did not end within " + limit);
      }
    }
  }

  /** Ends everything that still runs. */
  @Override
  public void close() {
    publishers.forEach(LoadPublisher::abort);
    consumers.forEach(LoadConsumer::stop);
  }
}
