package io.quorate.raftqueue.store;

import io.quorate.raftqueue.thread.DaemonThreads;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quorate.log.v1.Session;
import io.quorate.log.v1.StoredMessage;
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
import io.quorate.raftqueue.page.PageStore;
import io.quorate.raftqueue.raft.RaftGroup;
import io.quorate.raftqueue.raft.ratis.RatisConfig;
import io.quorate.raftqueue.raft.ratis.RatisNode;
import io.quorate.raftqueue.session.ShardClient;
import io.quorate.raftqueue.shard.LeadershipListener;
import io.quorate.raftqueue.shard.LoopThread;
import io.quorate.raftqueue.shard.PageBudget;
import io.quorate.raftqueue.shard.QueueCatalog;
import io.quorate.raftqueue.shard.ShardReplica;
import io.quorate.raftqueue.shard.StateFigures;
import io.quorate.raftqueue.shard.UnreplicatedGroup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node's store: opened once, closed once. */
public final class ReplicatedStore implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ReplicatedStore.class);

  private static final String PAGES = "pages";

  private static final long MACHINE_LOOK_MS = 250;
  private static final long PAGES_CLOSE_MS = 5_000;

  private static final long RESEND_MS = 1_000;

  private static final long BARRIER_RETRY_MS = 50;
  private static final long DISK_LOOK_MS = 200;
  private static final long PAGE_CHECK_MS = 1_000;

  /**
   * For how many ticks (seconds) a node may be out of reach before what is meant for its memory is
   * given up.
   */
  private static final int LOST_TICKS = 3;

  private final StoreConfig config;
  private final long incarnation;
  private final Map<Integer, RaftGroup> groups = new ConcurrentHashMap<>();
  private final Map<Integer, ShardReplica> replicas = new ConcurrentHashMap<>();
  private final Map<Integer, ShardClient> clients = new HashMap<>();
  private final List<LoopThread> loops = new ArrayList<>();
  private final LeaderDirectory leaders = new LeaderDirectory();
  private final Budget budget;
  private final DiskAlarm diskAlarm;
  private final MemoryAlarm memoryAlarm;
  private final PageBudget pageBudget;
  private final AtomicInteger pageStores = new AtomicInteger();
  private final ScheduledExecutorService background;

  /** Writes snapshots, one after the other: long work that nothing else should wait behind. */
  private final ExecutorService snapshots =
      Executors.newSingleThreadExecutor(
          DaemonThreads.named("quorate-snapshots"));

  /** Reads and writes the page files of all replicas. */
  private final ExecutorService pageFiles =
      Executors.newSingleThreadExecutor(
          DaemonThreads.named("quorate-pages"));

  private final CompletableFuture<Void> failed = new CompletableFuture<>();
  private final CompletableFuture<Void> announced = new CompletableFuture<>();
  private final MetadataDefinitions definitions;
  private final DefinitionService definitionService;
  private final StoreLinks links;
  private final LinkServer linkServer;
  private final RatisNode raft;
  private final StoreStatus status;
  private final StoreQueues queues;
  private final LeaderBalancer balancer;
  private final BusyMachine machine;
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
    this.memoryAlarm = new MemoryAlarm(this::residentBytes, config.residentBytes());
    this.machine = new BusyMachine(config.shard().lingerMaxUs());
    PageStore.wipe(config.dataDir().resolve(PAGES));
    this.pageBudget = new PageBudget(config.pages(), replicaCount(config));
    this.background =
        Executors.newScheduledThreadPool(
            2,
            DaemonThreads.named("quorate-store"));
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
    this.status = new StoreStatus(config, links, leaders, groups);
    this.queues =
        new StoreQueues(
            definitionService,
            clients,
            budget,
            new QueuePlacement(config, leaders),
            this::readBarrier,
            config.nodeId(),
            config.requestTimeoutMs());
    this.balancer = new LeaderBalancer(config, status);
  }

  /** Shards that this node takes part in, and the one of its own memory. */
  private static int replicaCount(StoreConfig config) {
    long replicated =
        config.groups().entrySet().stream()
            .filter(group -> group.getKey() >= 0 && group.getValue().contains(config.nodeId()))
            .count();
    return Math.toIntExact(replicated) + 1;
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
    registerMetrics(registry);
    checkDisk(); // before anybody can publish
    raft.start();
    links.peers().values().forEach(PeerLink::start);
    startLocalShard();
    announce();
    background.scheduleWithFixedDelay(this::tick, RESEND_MS, RESEND_MS, TimeUnit.MILLISECONDS);
    background.scheduleWithFixedDelay(this::checkMemory, 100, 100, TimeUnit.MILLISECONDS);
    background.scheduleWithFixedDelay(
        this::checkPages, PAGE_CHECK_MS, PAGE_CHECK_MS, TimeUnit.MILLISECONDS);
    background.scheduleWithFixedDelay(
        this::checkDisk, DISK_LOOK_MS, DISK_LOOK_MS, TimeUnit.MILLISECONDS);
    background.scheduleWithFixedDelay(
        machine::look, MACHINE_LOOK_MS, MACHINE_LOOK_MS, TimeUnit.MILLISECONDS);
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
    ShardReplica replica = newReplica(shard);
    RaftGroup group = raft.addGroup(shard, replica);
    groups.put(shard, group);
    replica.join(new MeteredGroup(group, registry));
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

  private ShardReplica newReplica(int shard) {
    LoopThread loop =
        new LoopThread("quorate-shard-" + shard, machine::patienceNanos, config.shard());
    loops.add(loop);
    ShardReplica replica =
        new ShardReplica(
            shard,
            loop,
            snapshots,
            new Catalog(),
            links::connectedFrontends,
            new ShardLeadership(),
            config.shard(),
            pageBudget,
            (source, owner) -> newPages(shard, source, owner),
            this::fetchMessages,
            this::fail);
    replicas.put(shard, replica);
    return replica;
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
    return links.fetchMessages(other, shard, queueId, positions);
  }

  private void startLocalShard() {
    int shard = QueueRef.localShard(config.nodeId());
    ShardReplica replica = newReplica(shard);
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

  private void tick() {
    try {
      if (definitionService.anyPending()) {
        definitionService.resend();
      }
      balancer.tick();
      abandonShardsOfLostNodes();
      long limit = Math.max(1, config.requestTimeoutMs() / RESEND_MS);
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
    replicas.values().forEach(ShardReplica::relieveMemory);
    budget.alarm(config.nodeId(), Alarm.MEMORY, memoryAlarm.look());
  }

  /** A piece of the pages that nobody may read for long. */
  private void checkPages() {
    long bytes = config.pages().checkedBytesPerSecond() * PAGE_CHECK_MS / 1_000 / replicas.size();
    if (bytes > 0) {
      replicas.values().forEach(replica -> replica.checkPages(bytes));
    }
  }

  private void checkDisk() {
    budget.alarm(config.nodeId(), Alarm.DISK, diskAlarm.look());
  }

  private long residentBytes() {
    return sum(StateFigures::residentBytes);
  }

  private long sum(ToLongFunction<StateFigures> figure) {
    return replicas.values().stream().map(ShardReplica::figures).mapToLong(figure).sum();
  }

  private void registerMetrics(MeterRegistry registry) {
    Gauge.builder("quorate.store.inflight.bytes", budget, Budget::inFlightBytes)
        .description("Published and not yet answered by the shards")
        .register(registry);
    Gauge.builder("quorate.store.disk.free.bytes", diskAlarm, DiskAlarm::freeBytes)
        .description("Free space for this node's data")
        .register(registry);
    for (Alarm alarm : Alarm.values()) {
      Gauge.builder(
              "quorate.store.alarm", budget, b -> b.alarms(config.nodeId()).contains(alarm) ? 1 : 0)
          .tag("reason", alarm.label())
          .description("1 while publishers wait because this node is short of it")
          .register(registry);
    }
    Gauge.builder("quorate.store.resident.bytes", this, ReplicatedStore::residentBytes)
        .description(
            "Messages held in memory by this node's replicas, and what is kept of paged ones")
        .register(registry);
    Gauge.builder("quorate.store.paged.bytes", this, s -> s.sum(StateFigures::pagedBytes))
        .description("Messages that this node's replicas have paged out to disk")
        .register(registry);
    Gauge.builder("quorate.store.paged.messages", this, s -> s.sum(StateFigures::pagedMessages))
        .description("How many these are")
        .register(registry);
    Gauge.builder("quorate.store.page.files", this, s -> s.sum(StateFigures::pageFiles))
        .description("Page files, of some 32 MiB each")
        .register(registry);
    Gauge.builder("quorate.store.damaged.pages", this, s -> s.sum(StateFigures::damagedPages))
        .description("Pages that cannot be read and wait for another node's replica")
        .register(registry);
    FunctionCounter.builder(
            "quorate.store.damages",
            this,
            s -> s.replicas.values().stream().mapToLong(ShardReplica::damages).sum())
        .description("Pages that could not be read since the start, repaired or not")
        .register(registry);
    FunctionCounter.builder(
            "quorate.store.checked.bytes",
            this,
            s -> s.replicas.values().stream().mapToLong(ShardReplica::checkedBytes).sum())
        .description("Bytes of pages that were read to see whether they can be, since the start")
        .register(registry);
    Gauge.builder(
            "quorate.links.up",
            links,
            l -> l.peers().values().stream().filter(PeerLink::isUp).count())
        .description("Links to other nodes that are up")
        .register(registry);
    Gauge.builder("quorate.links.queued.bytes", links, StoreLinks::queuedBytes)
        .description("What waits to be sent to other nodes, on all links in both directions")
        .register(registry);
  }

  // ---- what the parts need of one another

  private java.util.Set<Integer> reachableNodes() {
    return links.connectedFrontends();
  }

  private void definitionsApplied(long index) {
    links.definitionsApplied(index);
    replicas.values().forEach(ShardReplica::definitionsChanged);
  }

  /** Asked again while there is no leader; whoever waits for the answer bounds how long. */
  private CompletableFuture<Void> readBarrier() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    tryReadBarrier(done);
    return done;
  }

  private void tryReadBarrier(CompletableFuture<Void> done) {
    RaftGroup metadata = groups.get(RaftGroup.METADATA);
    if (done.isDone() || metadata == null || closed) {
      done.cancel(false);
      return;
    }
    metadata
        .readBarrier()
        .whenComplete(
            (ok, failure) -> {
              if (failure == null) {
                done.complete(null);
              } else if (!closed) {
                background.schedule(
                    () -> tryReadBarrier(done), BARRIER_RETRY_MS, TimeUnit.MILLISECONDS);
              }
            });
  }

  private void fail(Throwable cause) {
    if (!closed) {
      failed.completeExceptionally(cause);
    }
  }

  private final class Catalog implements QueueCatalog {
    @Override
    public boolean exists(long queueId) {
      return definitions.queue(queueId) != null;
    }

    @Override
    public long lastQueueId() {
      return definitions.lastQueueId();
    }

    @Override
    public boolean autoDelete(long queueId) {
      QueueDefinition queue = definitions.queue(queueId);
      return queue != null && queue.autoDelete();
    }

    @Override
    public void delete(long queueId) {
      definitionService
          .define(new DefinitionCommand.DeleteQueue(queueId))
          .whenComplete(
              (done, failure) -> {
                if (failure != null) {
                  LOG.warn("auto-delete queue {} was not deleted: {}", queueId, failure.toString());
                }
              });
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

  private final class ShardLeadership implements LeadershipListener {
    @Override
    public void leading(int shard, long epoch) {
      links.leading(shard, epoch);
    }

    @Override
    public void notLeading(int shard, long epoch) {
      links.notLeading(shard, epoch);
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
    loops.forEach(LoopThread::close);
    replicas.values().forEach(ShardReplica::close);
    background.shutdownNow();
    snapshots.shutdownNow();
    pageFiles.shutdown(); // when it has deleted them
    try {
      if (!pageFiles.awaitTermination(PAGES_CLOSE_MS, TimeUnit.MILLISECONDS)) {
        LOG.warn("page files are still being written or deleted");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
