package io.quorate.raftqueue.store;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quorate.raftqueue.link.PeerLink;
import io.quorate.raftqueue.shard.StateFigures;
import java.util.function.ToDoubleFunction;

/** What a store tells of itself. Its figures are read whenever somebody asks, on any thread. */
final class StoreMetrics {

  private final MeterRegistry registry;

  private StoreMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  static void register(
      MeterRegistry registry,
      int node,
      Budget budget,
      DiskAlarm diskAlarm,
      StoreReplicas replicas,
      StoreLinks links) {
    StoreMetrics metrics = new StoreMetrics(registry);
    metrics.budget(node, budget, diskAlarm);
    metrics.replicas(replicas);
    metrics.links(links);
  }

  private void budget(int node, Budget budget, DiskAlarm diskAlarm) {
    gauge(
        "quorate.store.inflight.bytes",
        "Published and not yet answered by the shards",
        budget,
        Budget::inFlightBytes);
    gauge(
        "quorate.store.disk.free.bytes",
        "Free space for this node's data",
        diskAlarm,
        DiskAlarm::freeBytes);
    for (Alarm alarm : Alarm.values()) {
      Gauge.builder("quorate.store.alarm", budget, b -> b.alarms(node).contains(alarm) ? 1 : 0)
          .tag("reason", alarm.label())
          .description("1 while publishers wait because this node is short of it")
          .register(registry);
    }
  }

  private void replicas(StoreReplicas replicas) {
    gauge(
        "quorate.store.resident.bytes",
        "Messages held in memory by this node's replicas, and what is kept of paged ones",
        replicas,
        StoreReplicas::residentBytes);
    gauge(
        "quorate.store.paged.bytes",
        "Messages that this node's replicas have paged out to disk",
        replicas,
        r -> r.sum(StateFigures::pagedBytes));
    gauge(
        "quorate.store.paged.messages",
        "How many these are",
        replicas,
        r -> r.sum(StateFigures::pagedMessages));
    gauge(
        "quorate.store.page.files",
        "Page files, of some 32 MiB each",
        replicas,
        r -> r.sum(StateFigures::pageFiles));
    gauge(
        "quorate.store.damaged.pages",
        "Pages that cannot be read and wait for another node's replica",
        replicas,
        r -> r.sum(StateFigures::damagedPages));
    FunctionCounter.builder("quorate.store.damages", replicas, StoreReplicas::damages)
        .description("Pages that could not be read since the start, repaired or not")
        .register(registry);
    FunctionCounter.builder("quorate.store.checked.bytes", replicas, StoreReplicas::checkedBytes)
        .description("Bytes of pages that were read to see whether they can be, since the start")
        .register(registry);
  }

  private void links(StoreLinks links) {
    gauge(
        "quorate.links.up",
        "Links to other nodes that are up",
        links,
        l -> l.peers().values().stream().filter(PeerLink::isUp).count());
    gauge(
        "quorate.links.queued.bytes",
        "What waits to be sent to other nodes, on all links in both directions",
        links,
        StoreLinks::queuedBytes);
  }

  private <T> void gauge(String name, String description, T of, ToDoubleFunction<T> figure) {
    Gauge.builder(name, of, figure).description(description).register(registry);
  }
}
