package io.quorate.node.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.quorate.raftqueue.api.ClusterStatus;
import io.quorate.raftqueue.api.QueueDefinition;
import io.quorate.raftqueue.api.QueueRef;
import io.quorate.raftqueue.api.QueueStats;
import io.quorate.raftqueue.api.QueueStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Depths of the longest queues. A node reports the queues whose shard it leads, and its own
 * unreplicated ones, so that the sum over all nodes counts each queue once.
 *
 * <p>Bounded: a round asks for the queues that are shown and a window of the others, which moves on
 * with each round; the longest of what came back are shown.
 */
public final class QueueMetrics implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(QueueMetrics.class);

  /** How many queues beyond those shown a round asks for. */
  private static final int WINDOW = 500;

  private static final Comparator<Map.Entry<QueueDefinition, QueueStats>> LONGEST_FIRST =
      Comparator.<Map.Entry<QueueDefinition, QueueStats>>comparingLong(
              entry -> -(entry.getValue().ready() + entry.getValue().unacked()))
          .thenComparingLong(entry -> entry.getKey().ref().id());

  private final QueueStore store;
  private final ClusterStatus status;
  private final MeterRegistry registry;
  private final int limit;
  private final MultiGauge ready;
  private final MultiGauge unacked;
  private final MultiGauge consumers;
  private final MultiGauge bytes;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "queue-metrics");
            thread.setDaemon(true);
            return thread;
          });

  /** Touched by the timer's thread only. */
  private Map<Long, QueueDefinition> shown = Map.of();

  private int windowStart;

  /** Answers of the round under way; filled by the store's threads. */
  private Map<QueueDefinition, QueueStats> answers = new ConcurrentHashMap<>();

  /**
   * Begins to take figures.
   *
   * @param limit how many queues are shown; 0 shows none
   * @param interval time between two rounds
   */
  public QueueMetrics(
      QueueStore store,
      ClusterStatus status,
      MeterRegistry registry,
      int limit,
      Duration interval) {
    this.store = store;
    this.status = status;
    this.registry = registry;
    this.limit = limit;
    ready = gauge(registry, "ready", "Messages that wait for a consumer");
    unacked = gauge(registry, "unacked", "Messages that are out with consumers");
    consumers = gauge(registry, "consumers", "Consumers of the queue");
    bytes = gauge(registry, "bytes", "Bytes of all messages of the queue");
    if (limit > 0) {
      timer.scheduleWithFixedDelay(this::safeRound, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private static MultiGauge gauge(MeterRegistry registry, String name, String description) {
    return MultiGauge.builder("quorate.queue." + name).description(description).register(registry);
  }

  private void safeRound() {
    try {
      round();
    } catch (RuntimeException e) {
      LOG.warn("The figures of queues could not be taken: {}", e.toString());
    }
  }

  /** Shows what the last round's questions brought, and asks again. */
  private void round() {
    List<Map.Entry<QueueDefinition, QueueStats>> longest =
        answers.entrySet().stream().sorted(LONGEST_FIRST).limit(limit).toList();
    // No scrape sees a row twice: see NodeMetrics.page.
    synchronized (registry) {
      fill(ready, longest, QueueStats::ready);
      fill(unacked, longest, QueueStats::unacked);
      fill(consumers, longest, QueueStats::consumers);
      fill(bytes, longest, QueueStats::bytes);
    }
    shown = new HashMap<>();
    longest.forEach(entry -> shown.put(entry.getKey().ref().id(), entry.getKey()));

    Map<QueueDefinition, QueueStats> next = new ConcurrentHashMap<>();
    answers = next;
    for (QueueDefinition queue : candidates()) {
      store
          .stats(queue.ref())
          .whenComplete(
              (stats, failure) -> {
                if (failure == null) {
                  next.put(queue, stats);
                }
              });
    }
  }

  private List<QueueDefinition> candidates() {
    Set<Integer> led =
        status.groups().stream()
            .filter(group -> group.role().equals("LEADER"))
            .map(ClusterStatus.Group::id)
            .collect(Collectors.toSet());
    List<QueueDefinition> mine =
        store.definitions().queues().stream().filter(queue -> isMine(queue.ref(), led)).toList();
    Map<Long, QueueDefinition> chosen = new LinkedHashMap<>();
    mine.stream()
        .filter(queue -> shown.containsKey(queue.ref().id()))
        .forEach(queue -> chosen.put(queue.ref().id(), queue));
    int window = Math.min(WINDOW, mine.size());
    for (int i = 0; i < window; i++) {
      QueueDefinition queue = mine.get((windowStart + i) % mine.size());
      chosen.put(queue.ref().id(), queue);
    }
    windowStart = mine.isEmpty() ? 0 : (windowStart + window) % mine.size();
    return new ArrayList<>(chosen.values());
  }

  private boolean isMine(QueueRef queue, Set<Integer> led) {
    return queue.replicated() ? led.contains(queue.shard()) : queue.shard() == store.localShard();
  }

  private static void fill(
      MultiGauge gauge,
      List<Map.Entry<QueueDefinition, QueueStats>> queues,
      ToDoubleFunction<QueueStats> figure) {
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    for (Map.Entry<QueueDefinition, QueueStats> entry : queues) {
      QueueDefinition queue = entry.getKey();
      rows.add(
          MultiGauge.Row.of(
              Tags.of("vhost", queue.vhost(), "queue", queue.name()),
              figure.applyAsDouble(entry.getValue())));
    }
    gauge.register(rows, true);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
