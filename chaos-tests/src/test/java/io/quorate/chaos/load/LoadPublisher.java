package io.quorate.chaos.load;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.MessageProperties;
import com.rabbitmq.client.ShutdownSignalException;
import io.quorate.chaos.check.Message;
import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.cluster.LocalCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Publishes with confirms until it is stopped. When its connection ends it goes on with another
 * one, to the next of its nodes, as a new publisher of the history: what was not confirmed is
 * unknown and is not sent again.
 */
final class LoadPublisher implements Runnable {

  private final LocalCluster cluster;
  private final List<Integer> nodes;
  private final String queue;
  private final LoadOptions options;
  private final Recorder recorder;
  private volatile boolean stopping;
  private volatile @Nullable Connection connection;

  LoadPublisher(
      LocalCluster cluster,
      List<Integer> nodes,
      String queue,
      LoadOptions options,
      Recorder recorder) {
    this.cluster = cluster;
    this.nodes = nodes;
    this.queue = queue;
    this.options = options;
    this.recorder = recorder;
  }

  @Override
  public void run() {
    for (int attempt = 0; !stopping; attempt++) {
      int node = nodes.get(attempt % nodes.size());
      try (Connection opened = Amqp.connect(cluster, node)) {
        connection = opened;
        publish(opened, node);
      } catch (IOException | TimeoutException | ShutdownSignalException e) {
        Await.pause(Duration.ofMillis(50));
      }
    }
  }

  private void publish(Connection opened, int node) throws IOException {
    Channel channel = opened.createChannel();
    Recorder.Publisher record = recorder.newPublisher(node);
    Semaphore window = new Semaphore(options.window());
    channel.confirmSelect();
    channel.addConfirmListener(
        (sequence, multiple) -> window.release(record.settled(sequence, multiple, true)),
        (sequence, multiple) -> window.release(record.settled(sequence, multiple, false)));
    long interval = TimeUnit.SECONDS.toNanos(1) / options.ratePerSecond();
    long next = System.nanoTime();
    while (!stopping && channel.isOpen()) {
      if (acquire(window)) {
        Message message = record.attempt();
        channel.basicPublish(
            "",
            queue,
            MessageProperties.MINIMAL_PERSISTENT_BASIC,
            Body.of(message, options.bodySize()));
        next += interval;
        LockSupport.parkNanos(next - System.nanoTime());
      }
    }
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (channel.isOpen() && !record.allSettled() && System.nanoTime() < deadline) {
      Await.pause(Duration.ofMillis(5));
    }
  }

  private static boolean acquire(Semaphore window) {
    try {
      return window.tryAcquire(50, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** It ends when what it has published is confirmed, or after a while. */
  void stop() {
    stopping = true;
  }

  /** Ends it at once. */
  void abort() {
    stopping = true;
    Connection opened = connection;
    if (opened != null) {
      opened.abort(1000);
    }
  }
}
