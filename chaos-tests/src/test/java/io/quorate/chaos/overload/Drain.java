package io.quorate.chaos.overload;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.cluster.LocalCluster;
import io.quorate.chaos.load.Amqp;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/** A consumer that takes everything {@link Flood}s have published. */
final class Drain implements AutoCloseable {

  private static final int PREFETCH = 500;

  private final Connection connection;
  private final Map<Integer, BitSet> received = new HashMap<>();
  private int count;
  private int twice;

  /** Begins to consume. */
  Drain(LocalCluster cluster, int node, String queue) throws IOException, TimeoutException {
    this.connection = Amqp.connect(cluster, node);
    Channel channel = connection.createChannel();
    channel.basicQos(PREFETCH);
    channel.basicConsume(
        queue,
        false,
        new DefaultConsumer(channel) {
          @Override
          public void handleDelivery(
              String tag,
              Envelope envelope,
              com.rabbitmq.client.AMQP.BasicProperties properties,
              byte[] body)
              throws IOException {
            note(body);
            if (envelope.getDeliveryTag() % (PREFETCH / 4) == 0) {
              channel.basicAck(envelope.getDeliveryTag(), true);
            }
          }
        });
  }

  private synchronized void note(byte[] body) {
    ByteBuffer content = ByteBuffer.wrap(body);
    BitSet of = received.computeIfAbsent(content.getInt(), number -> new BitSet());
    int message = content.getInt();
    twice += of.get(message) ? 1 : 0;
    of.set(message);
    count++;
  }

  synchronized int count() {
    return count;
  }

  private synchronized int missing(Flood flood) {
    BitSet missing = flood.confirmedMessages();
    missing.andNot(received.getOrDefault(flood.number(), new BitSet()));
    return missing.cardinality();
  }

  private int missing(List<Flood> floods) {
    return floods.stream().mapToInt(this::missing).sum();
  }

  /** Waits until everything that was confirmed has come; nothing may come twice. */
  void awaitConfirmedOf(List<Flood> floods, Duration limit) {
    Await.until(
        "all that was confirmed is delivered",
        limit,
        () -> missing(floods) == 0,
        () -> count() + " delivered, missing " + missing(floods));
    synchronized (this) {
      assertThat(twice).as("delivered twice, without a failure").isZero();
    }
  }

  @Override
  public void close() {
    connection.abort(1_000);
  }
}
