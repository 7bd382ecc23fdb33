package io.quorate.chaos.load;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.cluster.LocalCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Consumes and acknowledges until it is stopped. When its connection ends it goes on with another
 * one, to the next of its nodes, as a new consumer of the history.
 */
final class LoadConsumer implements Runnable {

  private final LocalCluster cluster;
  private final List<Integer> nodes;
  private final String queue;
  private final LoadOptions options;
  private final Recorder recorder;
  private volatile boolean stopping;
  private volatile boolean holding = true;
  private volatile @Nullable Session session;

  LoadConsumer(
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
      try (Connection connection = Amqp.connect(cluster, node)) {
        Channel channel = connection.createChannel();
        channel.basicQos(options.prefetch());
        Session opened = new Session(channel, recorder.newConsumer());
        session = opened;
        channel.basicConsume(queue, false, opened);
        opened.ended.await();
      } catch (IOException | TimeoutException | ShutdownSignalException e) {
        Await.pause(Duration.ofMillis(50));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** Acknowledges what it holds, and from now on everything at once. */
  void acknowledgeAll() {
    holding = false;
    Session current = session;
    if (current != null) {
      current.acknowledgeHeld();
    }
  }

  void stop() {
    stopping = true;
    Session current = session;
    if (current != null) {
      current.ended.countDown();
    }
  }

  /** One channel. */
  private final class Session extends DefaultConsumer {
    private final int consumer;
    private final CountDownLatch ended = new CountDownLatch(1);
    private long acknowledged;
    private long last;

    Session(Channel channel, int consumer) {
      super(channel);
      this.consumer = consumer;
    }

    @Override
    public void handleDelivery(
        String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body)
        throws IOException {
      recorder.delivered(consumer, body, envelope.isRedeliver());
      synchronized (this) {
        last = envelope.getDeliveryTag();
        if (!holding) {
          acknowledgeUpTo(last);
        } else if (last - acknowledged > 2L * options.held()) {
          acknowledgeUpTo(last - options.held());
        }
      }
    }

    synchronized void acknowledgeHeld() {
      try {
        acknowledgeUpTo(last);
      } catch (IOException | ShutdownSignalException e) {
        ended.countDown();
      }
    }

    private void acknowledgeUpTo(long deliveryTag) throws IOException {
      if (deliveryTag > acknowledged) {
        getChannel().basicAck(deliveryTag, true);
        acknowledged = deliveryTag;
      }
    }

    @Override
    public void handleCancel(String tag) {
      ended.countDown();
    }

    @Override
    public void handleShutdownSignal(String tag, ShutdownSignalException signal) {
      ended.countDown();
    }
  }
}
