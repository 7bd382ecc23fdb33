import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.JetStream;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.PushSubscribeOptions;
import io.nats.client.api.AckPolicy;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import io.nats.client.impl.NatsMessage;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * One publisher and at most one consumer on a JetStream stream with three replicas on disk, in work-queue mode, so that an
 * acknowledged message is gone as from a queue. Prints a line per second in PerfTest's form.
 *
 * <p>Arguments: the servers' URLs with commas between, stream, size in bytes, unconfirmed messages, prefetch (0: no consumer),
 * messages per second (0: as many as go), seconds.
 */
public final class NatsLoad {
  private static final AtomicLong sent = new AtomicLong();
  private static final Samples confirms = new Samples();
  private static final Samples deliveries = new Samples();

  public static void main(String[] arguments) throws Exception {
    String[] servers = arguments[0].split(",");
    String stream = arguments[1];
    int sizeBytes = Integer.parseInt(arguments[2]);
    int unconfirmed = Integer.parseInt(arguments[3]);
    int prefetch = Integer.parseInt(arguments[4]);
    int ratePerSecond = Integer.parseInt(arguments[5]);
    int seconds = Integer.parseInt(arguments[6]);

    // The clients of the other brokers are on the node that leads the queue: these too.
    String leader = createStream(servers[0], stream, servers.length);
    String server = servers[Integer.parseInt(leader.substring(leader.length() - 1)) - 1];
    try (Connection publisher = connect(server);
        Connection consumer = connect(server)) {
      if (prefetch > 0) {
        consume(consumer, stream, prefetch);
      }
      long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
      Thread reporter = new Thread(() -> report(endNs), "reporter");
      reporter.start();
      publish(publisher.jetStream(), stream, sizeBytes, unconfirmed, ratePerSecond, endNs);
      reporter.join();
      publisher.jetStreamManagement().deleteStream(stream);
    }
  }

  private static Connection connect(String server) throws Exception {
    return Nats.connect(new Options.Builder().server(server).maxMessagesInOutgoingQueue(0).noReconnect().build());
  }

  private static String createStream(String server, String stream, int replicas) throws Exception {
    try (Connection connection = connect(server)) {
      StreamInfo info =
          connection
              .jetStreamManagement()
              .addStream(
                  StreamConfiguration.builder()
                      .name(stream)
                      .subjects(stream)
                      .storageType(StorageType.File)
                      .replicas(replicas)
                      .retentionPolicy(RetentionPolicy.WorkQueue)
                      .build());
      return info.getClusterInfo().getLeader();
    }
  }

  private static void consume(Connection connection, String stream, int prefetch) throws Exception {
    Dispatcher dispatcher = connection.createDispatcher();
    ConsumerConfiguration consumer =
        ConsumerConfiguration.builder()
            .durable("consumer")
            .ackPolicy(AckPolicy.Explicit)
            .ackWait(Duration.ofSeconds(60))
            .maxAckPending(prefetch)
            .build();
    connection
        .jetStream()
        .subscribe(
            stream,
            dispatcher,
            NatsLoad::onMessage,
            false,
            PushSubscribeOptions.builder().stream(stream).configuration(consumer).build());
  }

  private static void onMessage(Message message) {
    deliveries.add(System.nanoTime() - ByteBuffer.wrap(message.getData()).getLong());
    message.ack();
  }

  private static void publish(
      JetStream jetStream, String stream, int sizeBytes, int unconfirmed, int ratePerSecond, long endNs)
      throws InterruptedException {
    Semaphore window = new Semaphore(unconfirmed);
    long periodNs = ratePerSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / ratePerSecond;
    long nextNs = System.nanoTime();
    while (System.nanoTime() < endNs) {
      if (periodNs > 0) {
        LockSupport.parkNanos(nextNs - System.nanoTime());
        nextNs += periodNs;
      }
      if (!window.tryAcquire(1, TimeUnit.SECONDS)) {
        continue;
      }
      long startNs = System.nanoTime();
      byte[] body = new byte[sizeBytes];
      ByteBuffer.wrap(body).putLong(startNs);
      sent.incrementAndGet();
      jetStream
          .publishAsync(NatsMessage.builder().subject(stream).data(body).build())
          .whenComplete(
              (ack, failure) -> {
                window.release();
                if (failure == null) {
                  confirms.add(System.nanoTime() - startNs);
                }
              });
    }
  }

  private static void report(long endNs) {
    long startNs = System.nanoTime();
    long lastNs = startNs;
    long sentBefore = 0;
    while (lastNs < endNs) {
      LockSupport.parkNanos(lastNs + TimeUnit.SECONDS.toNanos(1) - System.nanoTime());
      long nowNs = System.nanoTime();
      if (nowNs - lastNs < TimeUnit.SECONDS.toNanos(1)) {
        continue;
      }
      double spanS = (nowNs - lastNs) / 1e9;
      long sentNow = sent.get();
      long[] confirmed = confirms.drain();
      long[] received = deliveries.drain();
      System.out.printf(
          Locale.ROOT,
          "time: %.3fs, sent: %.0f msg/s, confirmed: %.0f msg/s, received: %.0f msg/s, "
              + "min/median/75th/95th/99th consumer latency: %s µs, confirm latency: %s µs%n",
          (nowNs - startNs) / 1e9,
          (sentNow - sentBefore) / spanS,
          confirmed.length / spanS,
          received.length / spanS,
          percentiles(received),
          percentiles(confirmed));
      sentBefore = sentNow;
      lastNs = nowNs;
    }
  }

  private static String percentiles(long[] samplesNs) {
    Arrays.sort(samplesNs);
    StringBuilder text = new StringBuilder();
    for (double part : new double[] {0, 0.5, 0.75, 0.95, 0.99}) {
      long valueNs = samplesNs.length == 0 ? 0 : samplesNs[(int) (part * (samplesNs.length - 1))];
      text.append(text.length() == 0 ? "" : "/").append(valueNs / 1000);
    }
    return text.toString();
  }

  /** The samples since they were last taken. */
  private static final class Samples {
    private long[] values = new long[1 << 16];
    private int count;

    synchronized void add(long value) {
      if (count == values.length) {
        values = Arrays.copyOf(values, count * 2);
      }
      values[count++] = value;
    }

    synchronized long[] drain() {
      long[] taken = Arrays.copyOf(values, count);
      count = 0;
      return taken;
    }
  }
}
