package io.quorate.raftqueue.store;

import io.quorate.raftqueue.api.QueueRef;
import io.quorate.raftqueue.session.ShardClient;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a store does again and again: sends again, gives up, looks at memory, disk, pages and
 * processors. Each on one thread at a time.
 */
final class StoreClock {

  private static final Logger LOG = LoggerFactory.getLogger(StoreClock.class);

  private static final long TICK_MS = 1_000;
  private static final long MEMORY_LOOK_MS = 100;
  private static final long PAGE_CHECK_MS = 1_000;
  private static final long DISK_LOOK_MS = 200;
  private static final long MACHINE_LOOK_MS = 250;

  /**
   * For how many ticks (seconds) a node may be out of reach before what is meant for its memory is
   * given up.
   */
  private static final int LOST_TICKS = 3;

  private final StoreConfig config;
  private final DefinitionService definitions;
  private final LeaderBalancer balancer;
  private final Map<Integer, ShardClient> clients;
  private final StoreReplicas replicas;
  private final Budget budget;
  private final DiskAlarm diskAlarm;
  private final MemoryAlarm memoryAlarm;
  private final BusyMachine machine;

  StoreClock(
      StoreConfig config,
      DefinitionService definitions,
      LeaderBalancer balancer,
      Map<Integer, ShardClient> clients,
      StoreReplicas replicas,
      Budget budget,
      DiskAlarm diskAlarm,
      BusyMachine machine) {
    this.config = config;
    this.definitions = definitions;
    this.balancer = balancer;
    this.clients = clients;
    this.replicas = replicas;
    this.budget = budget;
    this.diskAlarm = diskAlarm;
    this.memoryAlarm = new MemoryAlarm(replicas::residentBytes, config.residentBytes());
    this.machine = machine;
  }

  void start(ScheduledExecutorService background) {
    every(TICK_MS, this::tick, background);
    every(MEMORY_LOOK_MS, this::checkMemory, background);
    every(PAGE_CHECK_MS, () -> replicas.checkPages(PAGE_CHECK_MS), background);
    every(DISK_LOOK_MS, this::checkDisk, background);
    every(MACHINE_LOOK_MS, machine::look, background);
  }

  private static void every(long ms, Runnable task, ScheduledExecutorService background) {
    background.scheduleWithFixedDelay(task, ms, ms, TimeUnit.MILLISECONDS);
  }

  private void tick() {
    try {
      if (definitions.anyPending()) {
        definitions.resend();
      }
      balancer.tick();
      abandonShardsOfLostNodes();
      long limit = Math.max(1, config.requestTimeoutMs() / TICK_MS);
      clients.values().forEach(client -> client.tick(limit));
    } catch (RuntimeException e) {
      LOG.error("the store's clockwork failed; this is a defect", e);
    }
  }

  /**
   * What is sent to the memory of a node that does not come back must not wait, and fill this node,
   * for ever.
   */
  private void abandonShardsOfLostNodes() {
    for (StoreConfig.Node other : config.nodes()) {
      ShardClient client = clients.get(QueueRef.localShard(other.id()));
      if (client != null) {
        client.abandonAfter(LOST_TICKS);
      }
    }
  }

  private void checkMemory() {
    replicas.relieveMemory();
    budget.alarm(config.nodeId(), Alarm.MEMORY, memoryAlarm.look());
  }

  void checkDisk() {
    budget.alarm(config.nodeId(), Alarm.DISK, diskAlarm.look());
  }
}
