package io.quorate.raftqueue.store;

import io.quorate.log.v1.StoredMessage;
import io.quorate.raftqueue.page.PageStore;
import io.quorate.raftqueue.shard.LoopThread;
import io.quorate.raftqueue.shard.PageBudget;
import io.quorate.raftqueue.shard.QueueCatalog;
import io.quorate.raftqueue.shard.ShardReplica;
import io.quorate.raftqueue.shard.ShardSettings;
import io.quorate.raftqueue.shard.StateFigures;
import io.quorate.raftqueue.thread.DaemonThreads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's replicas of shards, with the loops, threads and page files that they live on. Created
 * while the store starts, by one thread; the figures are for any.
 */
final class StoreReplicas {

  private static final Logger LOG = LoggerFactory.getLogger(StoreReplicas.class);

  private static final String PAGES = "pages";
  private static final long PAGES_CLOSE_MS = 5_000;

  private final StoreConfig config;
  private final Map<Integer, ShardReplica> replicas;
  private final StoreLinks links;
  private final QueueCatalog catalog;
  private final LongSupplier patienceNanos;
  private final Consumer<Throwable> onFailed;
  private final List<LoopThread> loops = new ArrayList<>();
  private final PageBudget pageBudget;
  private final AtomicInteger pageStores = new AtomicInteger();

  /** Writes snapshots, one after the other: long work that nothing else should wait behind. */
  private final ExecutorService snapshots =
      Executors.newSingleThreadExecutor(DaemonThreads.named("quorate-snapshots"));

  /** Reads and writes the page files of all replicas. */
  private final ExecutorService pageFiles =
      Executors.newSingleThreadExecutor(DaemonThreads.named("quorate-pages"));

  /**
   * @param replicas where they are put, by shard
   * @param patienceNanos how long it pays for a loop to wait for company
   * @param onFailed told when one of them cannot go on
   */
  StoreReplicas(
      StoreConfig config,
      Map<Integer, ShardReplica> replicas,
      StoreLinks links,
      QueueCatalog catalog,
      LongSupplier patienceNanos,
      Consumer<Throwable> onFailed) {
    this.config = config;
    this.replicas = replicas;
    this.links = links;
    this.catalog = catalog;
    this.patienceNanos = patienceNanos;
    this.onFailed = onFailed;
    this.pageBudget = new PageBudget(config.pages(), replicaCount(config));
  }

  /** Deletes what an earlier run has left; before any replica is created. */
  static void wipePages(StoreConfig config) throws IOException {
    PageStore.wipe(config.dataDir().resolve(PAGES));
  }

  /** Shards that this node takes part in, and the one of its own memory. */
  private static int replicaCount(StoreConfig config) {
    long replicated =
        config.groups().entrySet().stream()
            .filter(group -> group.getKey() >= 0 && group.getValue().contains(config.nodeId()))
            .count();
    return Math.toIntExact(replicated) + 1;
  }

  ShardReplica create(int shard, ShardSettings settings) {
    LoopThread loop = new LoopThread("quorate-shard-" + shard, patienceNanos, settings);
    loops.add(loop);
    ShardReplica replica =
        new ShardReplica(
            shard,
            loop,
            snapshots,
            catalog,
            links::connectedFrontends,
            links,
            settings,
            pageBudget,
            (source, owner) -> newPages(shard, source, owner),
            this::fetchMessages,
            onFailed);
    replicas.put(shard, replica);
    return replica;
  }

  /** A replica's pages are in a directory of their own, a new one for each state it restores. */
  private PageStore newPages(int shard, @Nullable Path source, Executor owner) {
    return new PageStore(
        config
            .dataDir()
            .resolve(PAGES)
            .resolve(Integer.toString(shard))
            .resolve(Integer.toString(pageStores.incrementAndGet())),
        source,
        pageFiles,
        owner);
  }

  /** From the other nodes with a replica of the shard, in turn. */
  private CompletableFuture<Map<Long, StoredMessage>> fetchMessages(
      int shard, long queueId, List<Long> positions, int attempt) {
    List<Integer> others =
        config.groups().getOrDefault(shard, List.of()).stream()
            .filter(node -> node != config.nodeId())
            .toList();
    if (others.isEmpty()) {
      return CompletableFuture.completedFuture(Map.of());
    }
    int other = others.get(attempt % others.size());
    return links.questions().fetchMessages(other, shard, queueId, positions);
  }

  // ---- figures and care; any thread

  long sum(ToLongFunction<StateFigures> figure) {
    return replicas.values().stream().map(ShardReplica::figures).mapToLong(figure).sum();
  }

  long residentBytes() {
    return sum(StateFigures::residentBytes);
  }

  long damages() {
    return replicas.values().stream().mapToLong(ShardReplica::damages).sum();
  }

  long checkedBytes() {
    return replicas.values().stream().mapToLong(ShardReplica::checkedBytes).sum();
  }

  void relieveMemory() {
    replicas.values().forEach(ShardReplica::relieveMemory);
  }

  /** A snapshot that gives space back may be due where nothing happens any more. */
  void turn() {
    replicas.values().forEach(ShardReplica::turn);
  }

  /** Has a piece of the pages checked that nobody may read for long. */
  void checkPages(long elapsedMs) {
    long bytes = config.pages().checkedBytesPerSecond() * elapsedMs / 1_000 / replicas.size();
    if (bytes > 0) {
      replicas.values().forEach(replica -> replica.checkPages(bytes));
    }
  }

  // ---- the end

  /** Ends the loops; what is left of pages is being deleted from now on. */
  void stop() {
    loops.forEach(LoopThread::close);
    replicas.values().forEach(ShardReplica::close);
  }

  /** Ends the threads that write, when they have deleted the pages. */
  void close() {
    snapshots.shutdownNow();
    pageFiles.shutdown();
    try {
      if (!pageFiles.awaitTermination(PAGES_CLOSE_MS, TimeUnit.MILLISECONDS)) {
        LOG.warn("page files are still being written or deleted");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
