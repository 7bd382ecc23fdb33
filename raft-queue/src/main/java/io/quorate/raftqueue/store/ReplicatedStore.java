package io.quorate.raftqueue.store;

import io.micrometer.core.instrument.MeterRegistry;
import io.quorate.log.v1.Session;
import io.quorate.raftqueue.api.ClusterStatus;
import io.quorate.raftqueue.api.DefinitionCommand;
import io.quorate.raftqueue.api.QueueDefinition;
import io.quorate.raftqueue.api.QueueRef;
import io.quorate.raftqueue.api.QueueStore;
import io.quorate.raftqueue.link.LinkIdentity;
import io.quorate.raftqueue.link.LinkServer;
import io.quorate.raftqueue.link.PeerLink;
import io.quorate.raftqueue.metadata.MetadataDefinitions;
import io.quorate.raftqueue.metadata.MetadataListener;
import io.quorate.raftqueue.raft.RaftGroup;
import io.quorate.raftqueue.raft.ratis.RatisConfig;
import io.quorate.raftqueue.raft.ratis.RatisNode;
import io.quorate.raftqueue.session.ShardClient;
import io.quorate.raftqueue.shard.ShardReplica;
import io.quorate.raftqueue.shard.UnreplicatedGroup;
import io.quorate.raftqueue.thread.DaemonThreads;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node's store: opened once, closed once. */
public final class ReplicatedStore implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ReplicatedStore.class);

  private final StoreConfig config;
  private final long incarnation;
  private final Map<Integer, RaftGroup> groups = new ConcurrentHashMap<>();
  private final Map<Integer, ShardReplica> replicas = new ConcurrentHashMap<>();
  private final Map<Integer, ShardClient> clients = new HashMap<>();
  private final LeaderDirectory leaders = new LeaderDirectory();
  private final Budget budget;
  private final DiskAlarm diskAlarm;
  private final ScheduledExecutorService background;

  private final CompletableFuture<Void> failed = new CompletableFuture<>();
  private final CompletableFuture<Void> announced = new CompletableFuture<>();
  private final MetadataDefinitions definitions;
  private final DefinitionService definitionService;
  private final StoreLinks links;
  private final StoreReplicas shards;
  private final LinkServer linkServer;
  private final RatisNode raft;
  private final StoreStatus status;
  private final StoreQueues queues;
  private final StoreClock clock;
  private volatile boolean closed;

  /**
   * Opens the store and begins to take part in its groups; {@link #ready} says when it can be used.
   *
   * @throws IOException if the data directory cannot be used or the port is taken
   */
  public static ReplicatedStore open(StoreConfig config, MeterRegistry registry)
      throws IOException {
    return open(config, registry, DiskAlarm.usableSpaceOf(config.dataDir()));
  }

  /**
   * @param usableBytes tells the free space for the data directory
   */
  static ReplicatedStore open(StoreConfig config, MeterRegistry registry, LongSupplier usableBytes)
      throws IOException {
    ReplicatedStore store = new ReplicatedStore(config, usableBytes);
    try {
      store.start(registry);
    } catch (IOException | RuntimeException e) {
      store.close();
      throw e;
    }
    return store;
  }

  private ReplicatedStore(StoreConfig config, LongSupplier usableBytes) throws IOException {
    this.config = config;
    this.incarnation = Incarnation.next(config.dataDir());
    this.budget = new Budget(config.inFlightBytes());
    this.diskAlarm = new DiskAlarm(usableBytes, config.diskFreeLimitBytes());
    StoreReplicas.wipePages(config);
    this.background = Executors.newScheduledThreadPool(2, DaemonThreads.named("quorate-store"));
    PropagationTracker tracker =
        new PropagationTracker(this::reachableNodes, background, config.propagationMs());
    this.links =
        new StoreLinks(
            config.nodeId(), leaders, budget, tracker, background, replicas, clients, groups);
    this.definitions = new MetadataDefinitions(new ShardNotifier());
    this.definitionService =
        new DefinitionService(
            definitions,
            config.nodeId(),
            incarnation,
            links::sendDefine,
            tracker,
            background,
            this::definitionsApplied,
            () -> replicas.values().forEach(ShardReplica::removeUndefinedQueues),
            new MetadataLeadership(),
            this::fail,
            config.shard().snapshotBytes());
    links.setDefinitions(definitionService);
    BusyMachine machine = new BusyMachine(config.shard().lingerMaxUs());
    this.shards =
        new StoreReplicas(
            config,
            replicas,
            links,
            new DefinedQueues(definitions, definitionService),
            machine::patienceNanos,
            this::fail);
    LinkIdentity identity = new LinkIdentity(config.cluster(), config.nodeId(), incarnation);
    this.linkServer = new LinkServer(identity, links, config.linkLimits());
    this.raft = RatisNode.create(ratisConfig(), List.of(linkServer.service()));
    links.setRaft(raft);
    for (StoreConfig.Node node : config.nodes()) {
      if (node.id() != config.nodeId()) {
        links.addPeer(
            new PeerLink(
                node.id(), node.host(), node.raftPort(), identity, links, config.linkLimits()));
      }
    }
    this.status = new StoreStatus(config, links, leaders, groups, replicas);
    this.queues =
        new StoreQueues(
            definitionService,
            clients,
            budget,
            new QueuePlacement(config, leaders),
            new ReadBarrier(groups, background, () -> closed)::passed,
            config.nodeId(),
            config.requestTimeoutMs());
    this.clock =
        new StoreClock(
            config,
            definitionService,
            new LeaderBalancer(config, status),
            clients,
            shards,
            budget,
            diskAlarm,
            machine);
  }

  private RatisConfig ratisConfig() {
    RatisConfig ratis =
        RatisConfig.of(
                config.cluster(),
                config.nodeId(),
                config.nodes().stream()
                    .map(node -> new RatisConfig.Peer(node.id(), node.host(), node.raftPort()))
                    .toList(),
                config.groups(),
                config.dataDir().resolve("raft"))
            .withLimits(
                RatisConfig.Limits.defaults()
                    .withElectionTimeout(
                        config.electionTimeoutMinMs(), config.electionTimeoutMaxMs())
                    .withAppendBytesInFlight(config.appendBytesInFlight()));
    return config.bindHost().isEmpty() ? ratis : ratis.withBindHost(config.bindHost());
  }

  private void start(MeterRegistry registry) throws IOException {
    createClients();
    RaftGroup metadata = raft.addGroup(RaftGroup.METADATA, definitionService);
    groups.put(RaftGroup.METADATA, metadata);
    definitionService.join(metadata);
    for (Map.Entry<Integer, List<Integer>> group : config.groups().entrySet()) {
      if (group.getKey() >= 0 && group.getValue().contains(config.nodeId())) {
        addShard(group.getKey(), registry);
      }
    }
    StoreMetrics.register(registry, config.nodeId(), budget, diskAlarm, shards, links);
    clock.checkDisk(); // before anybody can publish
    raft.start();
    links.peers().values().forEach(PeerLink::start);
    startLocalShard();
    announce();
    clock.start(background);
  }

  private void createClients() {
    Session session =
        Session.newBuilder().setNode(config.nodeId()).setIncarnation(incarnation).build();
    AtomicLong ids = new AtomicLong();
    for (int shard = 0; shard < config.shardCount(); shard++) {
      clients.put(shard, new ShardClient(shard, session, ids, budget::add));
    }
    for (StoreConfig.Node node : config.nodes()) {
      int shard = QueueRef.localShard(node.id());
      clients.put(shard, new ShardClient(shard, session, ids, budget::add));
    }
  }

  private void addShard(int shard, MeterRegistry registry) throws IOException {
    ShardReplica replica = shards.create(shard, config.shard());
    RaftGroup group = raft.addGroup(shard, replica);
    groups.put(shard, group);
    replica.join(new MeteredGroup(group, registry));
  }

  private void startLocalShard() {
    int shard = QueueRef.localShard(config.nodeId());
    ShardReplica replica = shards.create(shard, config.shard().withoutSettleDelay());
    replica.join(new UnreplicatedGroup(shard, config.nodeId(), incarnation, replica));
    replica.onLeaderReady(incarnation);
  }

  /** Tells the cluster of this start: the queues of the node's earlier run are gone. */
  private void announce() {
    definitionService
        .define(new DefinitionCommand.NodeStarted(config.nodeId(), incarnation))
        .whenComplete(
            (done, failure) -> {
              if (failure == null) {
                announced.complete(null);
              } else {
                fail(failure);
              }
            });
  }

  // ---- what the parts need of one another

  private java.util.Set<Integer> reachableNodes() {
    return links.connectedFrontends();
  }

  private void definitionsApplied(long index) {
    links.definitionsApplied(index);
    replicas.values().forEach(ShardReplica::definitionsChanged);
  }

  private void fail(Throwable cause) {
    if (!closed) {
      failed.completeExceptionally(cause);
    }
  }

  private final class ShardNotifier implements MetadataListener {
    @Override
    public void queueDeclared(QueueDefinition queue) {}

    @Override
    public void queueDeleted(QueueDefinition queue) {
      ShardReplica replica = replicas.get(queue.ref().shard());
      if (replica != null) {
        replica.queueRemoved(queue.ref().id());
      }
    }
  }

  private final class MetadataLeadership implements DefinitionService.LeadershipListener {
    @Override
    public void leading(long epoch) {
      LOG.info("metadata: this node leads");
      links.leading(RaftGroup.METADATA, epoch);
    }

    @Override
    public void notLeading(long epoch) {
      LOG.info("metadata: this node no longer leads");
      links.notLeading(RaftGroup.METADATA, epoch);
    }
  }

  // ---- for the node

  public QueueStore queues() {
    return queues;
  }

  public ClusterStatus status() {
    return status;
  }

  /** The definitions with what only administration asks of them. */
  public MetadataDefinitions definitions() {
    return definitions;
  }

  /**
   * Whether every group has a leader that this node can talk to, and the definitions are current.
   */
  public boolean ready() {
    return announced.isDone()
        && !announced.isCompletedExceptionally()
        && config.groups().keySet().stream().allMatch(group -> leaders.leader(group) != null);
  }

  /** What {@link #ready} waits for, for logs. */
  @Override
  public String toString() {
    return "node "
        + config.nodeId()
        + (announced.isDone() ? " is announced" : " is not announced yet")
        + ", leaders "
        + leaders
        + ", groups "
        + status.groups();
  }

  /** Completes exceptionally when this node can no longer keep what it is given: it must stop. */
  public CompletableFuture<Void> failed() {
    return failed;
  }

  /** Stops: operations without an answer end with UNKNOWN; what was confirmed is on disk. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    clients.values().forEach(ShardClient::close);
    links.peers().values().forEach(PeerLink::close);
    linkServer.close();
    raft.close();
    leaders.close();
    shards.stop();
    background.shutdownNow();
    shards.close();
  }
}
