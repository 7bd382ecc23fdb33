package io.quorate.raftqueue.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quorate.raftqueue.api.ClusterStatus;
import io.quorate.raftqueue.api.QueueStore;
import io.quorate.raftqueue.shard.ShardSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/** Real stores over real sockets and disks, in one JVM. */
final class TestCluster implements AutoCloseable {

  private final Path directory;
  private final List<StoreConfig.Node> nodes = new ArrayList<>();
  private final Map<Integer, ReplicatedStore> stores = new HashMap<>();
  private long snapshotBytes = 64L << 20;
  private int requestTimeoutMs = 20_000;
  private long checkedBytesPerSecond;
  private long pageOutBytes = 64L << 20;
  private final Map<Integer, AtomicLong> freeSpace = new ConcurrentHashMap<>();
  private final Map<Integer, SimpleMeterRegistry> registries = new HashMap<>();

  TestCluster(Path directory, int size) throws IOException {
    this.directory = directory;
    List<ServerSocket> sockets = new ArrayList<>();
    for (int id = 1; id <= size; id++) {
      ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      sockets.add(socket);
      nodes.add(new StoreConfig.Node(id, "127.0.0.1", socket.getLocalPort()));
    }
    for (ServerSocket socket : sockets) {
      socket.close();
    }
  }

  TestCluster snapshotBytes(long bytes) {
    snapshotBytes = bytes;
    return this;
  }

  TestCluster pageOutBytes(long bytes) {
    pageOutBytes = bytes;
    return this;
  }

  /** What a gauge of each node that runs shows. */
  List<Double> gauges(String name) {
    return stores.keySet().stream()
        .map(id -> registries.get(id).get(name).gauge().value())
        .toList();
  }

  /** A counter of a node. */
  double counter(int node, String name) {
    return registries.get(node).get(name).functionCounter().count();
  }

  /** How much of their pages the nodes check; none unless it is set. */
  TestCluster checkedBytesPerSecond(long bytes) {
    checkedBytesPerSecond = bytes;
    return this;
  }

  TestCluster requestTimeoutMs(int timeoutMs) {
    requestTimeoutMs = timeoutMs;
    return this;
  }

  TestCluster startAll() throws IOException {
    for (StoreConfig.Node node : nodes) {
      start(node.id());
    }
    awaitReady();
    return this;
  }

  void start(int id) throws IOException {
    StoreConfig config =
        StoreConfig.of("test", id, nodes, directory.resolve("node" + id))
            .withShards(2, ShardSettings.DEFAULT.withSnapshotBytes(snapshotBytes))
            .withElectionTimeout(300, 600)
            .withRequestTimeout(requestTimeoutMs)
            .withPageOutBytes(pageOutBytes)
            .withCheckedBytesPerSecond(checkedBytesPerSecond);
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    registries.put(id, registry);
    stores.put(id, ReplicatedStore.open(config, registry, () -> freeSpace(id).get()));
  }

  /** What a node takes for the free space of its disk, in bytes; plenty unless it is set. */
  AtomicLong freeSpace(int id) {
    return freeSpace.computeIfAbsent(id, any -> new AtomicLong(Long.MAX_VALUE));
  }

  void stop(int id) {
    ReplicatedStore store = stores.remove(id);
    if (store != null) {
      store.close();
    }
  }

  ReplicatedStore store(int id) {
    ReplicatedStore store = stores.get(id);
    if (store == null) {
      throw new IllegalStateException("node " + id + " is stopped");
    }
    return store;
  }

  QueueStore queues(int id) {
    return store(id).queues();
  }

  /** The node that leads a group, as node {@code asked} sees it; waits for one. */
  int leader(int asked, int group) {
    Integer[] found = new Integer[1];
    await(
        () -> {
          for (ClusterStatus.Group g : store(asked).status().groups()) {
            if (g.id() == group) {
              found[0] = g.leader();
            }
          }
          return found[0] != null && stores.containsKey(found[0]);
        });
    return found[0];
  }

  void awaitReady() {
    awaitOrTell(() -> stores.values().stream().allMatch(ReplicatedStore::ready));
  }

  static void await(BooleanSupplier condition) {
    await(Duration.ofSeconds(30), condition);
  }

  /** As {@link #await}, and prints what each node thinks when it takes too long. */
  void awaitOrTell(BooleanSupplier condition) {
    try {
      await(condition);
    } catch (AssertionError e) {
      stores.forEach((id, store) -> System.err.println("node " + id + ": " + store));
      throw e;
    }
  }

  static void await(Duration limit, BooleanSupplier condition) {
    long end = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
      try {
        Thread.sleep(5);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void close() {
    List.copyOf(stores.keySet()).forEach(this::stop);
  }
}
