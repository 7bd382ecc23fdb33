package io.quorate.raftqueue.store;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quorate.raftqueue.api.Delivery;
import io.quorate.raftqueue.api.DeliveryListener;
import io.quorate.raftqueue.api.Message;
import io.quorate.raftqueue.api.QueueRef;
import io.quorate.raftqueue.api.QueueStore;
import io.quorate.raftqueue.api.Subscription;
import io.quorate.raftqueue.api.SubscriptionSpec;
import io.quorate.raftqueue.shard.ShardReplica;
import io.quorate.raftqueue.shard.ShardSettings;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Measures a backlog on one node: {@code fill DIR MESSAGES BYTES}, {@code start DIR}, {@code drain
 * DIR MESSAGES}. Not a test: it takes minutes and gigabytes.
 */
public final class BacklogMeasurement {

  private static final int WINDOW = 10_000;

  private BacklogMeasurement() {}

  /** See the class. */
  public static void main(String[] args) throws Exception {
    long began = System.nanoTime();
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    StoreConfig config =
        StoreConfig.of(
                "measure",
                1,
                List.of(new StoreConfig.Node(1, "127.0.0.1", 25_671)),
                Path.of(args[1]))
            .withShards(1, ShardSettings.DEFAULT);
    try (ReplicatedStore store = ReplicatedStore.open(config, registry)) {
      TestCluster.await(store::ready);
      System.out.printf("ready after %d ms%n", millis(began));
      QueueRef queue = ReplicatedStoreTest.declare(store.queues(), "q", 0);
      System.out.printf(
          "%d messages are queued, known after %d ms%n",
          store.queues().stats(queue).get().ready(), millis(began));
      watchLoop(store);
      switch (args[0]) {
        case "fill" ->
            fill(store.queues(), queue, Long.parseLong(args[2]), Integer.parseInt(args[3]));
        case "drain" -> drain(store.queues(), queue, Long.parseLong(args[2]));
        default -> {}
      }
      report(registry);
    }
  }

  private static long millis(long since) {
    return (System.nanoTime() - since) / 1_000_000;
  }

  private static void fill(QueueStore store, QueueRef queue, long messages, int bytes)
      throws InterruptedException {
    byte[] body = new byte[bytes];
    new java.util.Random(1).nextBytes(body);
    ByteString content = ByteString.copyFrom(body);
    Semaphore window = new Semaphore(WINDOW);
    long began = System.nanoTime();
    for (long i = 0; i < messages; i++) {
      window.acquire();
      while (!store.isWritable()) {
        Thread.sleep(1);
      }
      // Each has bytes of its own, as messages from clients have.
      store.publish(
          new Message("", "q", ByteString.EMPTY, ByteString.copyFrom(content.toByteArray())),
          List.of(queue),
          outcome -> window.release());
    }
    window.acquire(WINDOW);
    long ms = millis(began);
    System.out.printf("filled in %d ms: %d messages a second%n", ms, messages * 1000 / ms);
  }

  private static void drain(QueueStore store, QueueRef queue, long messages) throws Exception {
    AtomicLong received = new AtomicLong();
    AtomicReference<Subscription> subscription = new AtomicReference<>();
    long began = System.nanoTime();
    subscription.set(
        store
            .subscribe(
                queue,
                new SubscriptionSpec(false, false, 0, 0),
                new DeliveryListener() {
                  private long next = 1;

                  @Override
                  public void onDeliveries(List<Delivery> deliveries) {
                    long[] positions = new long[deliveries.size()];
                    long bytes = 0;
                    for (int i = 0; i < positions.length; i++) {
                      positions[i] = deliveries.get(i).position();
                      if (positions[i] < next) {
                        throw new AssertionError("out of order");
                      }
                      next = positions[i] + 1;
                      bytes += deliveries.get(i).message().payloadBytes();
                    }
                    Subscription current = subscription.get();
                    store.settle(queue, current.id(), positions, true, outcome -> {});
                    current.grant(positions.length, bytes);
                    received.addAndGet(positions.length);
                  }

                  @Override
                  public void onQueueDeleted() {}
                })
            .get());
    subscription.get().grant(2_000, 0);
    while (received.get() < messages) {
      Thread.sleep(10);
    }
    long ms = millis(began);
    System.out.printf("drained in %d ms: %d messages a second%n", ms, messages * 1000 / ms);
  }

  /** How long a task waits for the shard's loop at most: no step took longer. */
  private static void watchLoop(ReplicatedStore store) throws ReflectiveOperationException {
    Field field = ReplicatedStore.class.getDeclaredField("replicas");
    field.setAccessible(true);
    ShardReplica replica = (ShardReplica) ((Map<?, ?>) field.get(store)).get(0);
    AtomicLong longest = new AtomicLong();
    Thread thread =
        new Thread(
            () -> {
              while (true) {
                long asked = System.nanoTime();
                replica.loop().execute(() -> longest.accumulateAndGet(millis(asked), Math::max));
                try {
                  Thread.sleep(2);
                } catch (InterruptedException e) {
                  return;
                }
              }
            });
    thread.setDaemon(true);
    thread.start();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> System.out.printf("the loop answered within %d ms%n", longest.get())));
  }

  private static void report(SimpleMeterRegistry registry)
      throws IOException, InterruptedException {
    TimeUnit.SECONDS.sleep(2);
    System.gc();
    TimeUnit.SECONDS.sleep(1);
    Runtime runtime = Runtime.getRuntime();
    System.out.printf("heap in use %d MiB%n", (runtime.totalMemory() - runtime.freeMemory()) >> 20);
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS") || line.startsWith("VmHWM")) {
        System.out.println(line);
      }
    }
    registry.getMeters().stream()
        .filter(meter -> meter.getId().getName().startsWith("quorate.store"))
        .forEach(
            meter ->
                System.out.printf(
                    "%s %.0f%n",
                    meter.getId().getName(), meter.measure().iterator().next().getValue()));
  }
}
