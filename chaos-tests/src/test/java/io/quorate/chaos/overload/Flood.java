package io.quorate.chaos.overload;

import com.rabbitmq.client.BlockedListener;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.MessageProperties;
import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.cluster.LocalCluster;
import io.quorate.chaos.load.Amqp;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.BitSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A publisher that knows no bound: it sends as fast as its socket takes, however little is
 * confirmed.
 */
final class Flood implements AutoCloseable {

  private final int number;
  private final int messages;
  private final int bodyBytes;
  private final String queue;
  private final Connection connection;
  private final Channel channel;
  private final CompletableFuture<Void> sent = new CompletableFuture<>();
  private final BitSet confirmed = new BitSet();
  private volatile int published;
  private volatile int confirmedCount;
  private volatile int mostUnconfirmed;
  private volatile @Nullable String blocked;

  /**
   * @param number tells its messages from those of others, from 0
   */
  Flood(LocalCluster cluster, int node, String queue, int number, int messages, int bodyBytes)
      throws IOException, TimeoutException {
    this.number = number;
    this.messages = messages;
    this.bodyBytes = bodyBytes;
    this.queue = queue;
    this.connection = Amqp.connect(cluster, node);
    connection.addBlockedListener(
        new BlockedListener() {
          @Override
          public void handleBlocked(String reason) {
            blocked = reason;
          }

          @Override
          public void handleUnblocked() {}
        });
    this.channel = connection.createChannel();
    channel.confirmSelect();
    channel.addConfirmListener(this::confirm, (tag, multiple) -> {});
  }

  /** Begins to send. */
  Flood start() {
    Thread thread = new Thread(this::run, "flood-" + number);
    thread.setDaemon(true);
    thread.start();
    return this;
  }

  private void run() {
    try {
      for (int i = 0; i < messages; i++) {
        byte[] body = new byte[bodyBytes];
        ByteBuffer.wrap(body).putInt(number).putInt(i);
        channel.basicPublish("", queue, MessageProperties.PERSISTENT_BASIC, body);
        published = i + 1;
        mostUnconfirmed = Math.max(mostUnconfirmed, published - confirmedCount);
      }
      sent.complete(null);
    } catch (IOException | RuntimeException e) {
      sent.completeExceptionally(e);
    }
  }

  private synchronized void confirm(long tag, boolean multiple) {
    int last = Math.toIntExact(tag) - 1;
    confirmed.set(multiple ? confirmed.nextClearBit(0) : last, last + 1);
    confirmedCount = confirmed.cardinality();
  }

  int number() {
    return number;
  }

  int messages() {
    return messages;
  }

  int published() {
    return published;
  }

  int confirmed() {
    return confirmedCount;
  }

  synchronized BitSet confirmedMessages() {
    return (BitSet) confirmed.clone();
  }

  /** The most that was written to the socket and not confirmed. */
  long mostUnconfirmedBytes() {
    return (long) mostUnconfirmed * bodyBytes;
  }

  /** What the node said when it stopped reading from this connection; null if it never did. */
  @Nullable String blocked() {
    return blocked;
  }

  /** Waits until so many are confirmed. */
  void awaitConfirmed(int count, Duration limit) {
    Await.until(
        count + " confirms of publisher " + number,
        limit,
        () -> {
          if (sent.isCompletedExceptionally()) {
            sent.join();
          }
          return confirmedCount >= count;
        },
        () -> published + " sent, " + confirmedCount + " confirmed, blocked: " + blocked);
  }

  @Override
  public void close() {
    connection.abort(1_000);
  }
}
