package io.quorate.raftqueue.store;

import io.quorate.raftqueue.api.QueueRef;
import io.quorate.raftqueue.session.ShardClient;
import io.quorate.raftqueue.thread.Periodic;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What a store does again and again: sends again, gives up, looks at memory, disk, pages and
 * processors. Each on one thread at a time.
 */
final class StoreClock {

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
    Periodic.every(background, TICK_MS, "the store's clock", this::tick);
    Periodic.every(background, MEMORY_LOOK_MS, "the look at the memory", this::checkMemory);
    Periodic.every(
        background, PAGE_CHECK_MS, "the check of pages", () -> replicas.checkPages(PAGE_CHECK_MS));
    Periodic.every(background, DISK_LOOK_MS, "the look at the disk", this::checkDisk);
    Periodic.every(background, MACHINE_LOOK_MS, "the look at the machine", machine::look);
  }

  private void tick() {
    if (definitions.anyPending()) {
      definitions.resend();
    }
    balancer.tick();
    replicas.turn();
    abandonShardsOfLostNodes();
    long limit = Math.max(1, config.requestTimeoutMs() / TICK_MS);
    clients.values().forEach(client -> client.tick(limit));
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
