package io.quorate.raftqueue.simulation;

import io.quorate.link.v1.Request;
import io.quorate.link.v1.SubscriptionState;
import io.quorate.link.v1.ToShard;
import io.quorate.log.v1.Session;
import io.quorate.log.v1.StoredMessage;
import io.quorate.raftqueue.queue.Pages;
import io.quorate.raftqueue.session.Route;
import io.quorate.raftqueue.session.ShardClient;
import io.quorate.raftqueue.shard.FrontendPort;
import io.quorate.raftqueue.shard.LeadershipListener;
import io.quorate.raftqueue.shard.QueueCatalog;
import io.quorate.raftqueue.shard.ShardReplica;
import io.quorate.raftqueue.store.LeaderDirectory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One run of a node: its replica of the shard, its frontends' client, its links. */
final class SimProcess implements LeadershipListener, QueueCatalog {

  private final Simulation sim;
  private final SimTime time;
  private final SimNode node;
  private final int run;
  private final SimLoop loop;
  private final ShardReplica replica;
  private final SimMember member;
  private final Session session;
  private final ShardClient client;
  private final LeaderDirectory directory;
  private final Map<Integer, SimLink> outbound = new TreeMap<>();
  private final List<SimLink> inbound = new ArrayList<>();
  private final Set<Long> defined = new TreeSet<>();
  private final AtomicLong ids = new AtomicLong();
  private long lastQueueId;
  private int definitions;
  private @Nullable Long ledEpoch;
  private long inFlightBytes;
  private long lastSend;
  private long lastNotice;

  SimProcess(Simulation sim, SimNode node, RaftLog log) {
    this.sim = sim;
    this.time = sim.time();
    this.node = node;
    this.run = node.run();
    this.loop = new SimLoop(node, time);
    this.replica =
        new ShardReplica(
            SimRaft.SHARD,
            loop,
            task -> node.later(time.between(10, 5_000), task),
            this,
            this::connectedFrontends,
            this,
            sim.settings(),
            sim.pageBudget(),
            sim.pages(node),
            this::fetch,
            this::gaveUp);
    this.member = new SimMember(sim.raft(), node, log, replica, loop, time);
    session = Session.newBuilder().setNode(node.id()).setIncarnation(run).build();
    this.client = new ShardClient(SimRaft.SHARD, session, ids, bytes -> inFlightBytes += bytes);
    this.directory = new LeaderDirectory(this::notifyLater);
    directory.addListener((group, leader) -> leaderChanged(leader));
  }

  private void gaveUp(Throwable failure) {
    if (!(failure instanceof Pages.NotForcedException)) {
      throw new AssertionError("the shard gave up", failure);
    }
    sim.diskFailed(id());
  }

  void start(int definitionsKnown) {
    while (definitions < definitionsKnown) {
      learn(sim.definitions().get(definitions++));
    }
    replica.join(member);
    checkPages();
    expireRequests(sim.patience());
    member.start();
    sim.raft().put(member);
    for (int other = 1; other <= sim.size(); other++) {
      if (other != id()) {
        connectLater(other);
      }
    }
    learnMore();
  }

  /** Now and then a few pages that nobody asked for. */
  private void checkPages() {
    later(
        time.between(50_000, 400_000),
        () -> {
          replica.checkPages(time.between(1, 2_000));
          checkPages();
        });
  }

  /** Gives up requests that have waited for a leader for too long. */
  private void expireRequests(int ticks) {
    later(
        20_000,
        () -> {
          client.tick(sim.patient() ? Integer.MAX_VALUE : ticks);
          expireRequests(ticks);
        });
  }

  int id() {
    return node.id();
  }

  int run() {
    return run;
  }

  boolean running() {
    return node.isRun(run);
  }

  boolean responsive() {
    return running() && !node.paused();
  }

  void later(long delayUs, Runnable task) {
    if (running()) {
      node.later(delayUs, task);
    }
  }

  ShardReplica replica() {
    return replica;
  }

  SimMember member() {
    return member;
  }

  ShardClient client() {
    return client;
  }

  long inFlightBytes() {
    return inFlightBytes;
  }

  /** The epoch of the running leadership of this replica, or null. */
  @Nullable Long ledEpoch() {
    return ledEpoch;
  }

  // ---- leadership

  @Override
  public void leading(int shard, long epoch) {
    ledEpoch = epoch;
    sim.oracle().leaders().leading(this, epoch, member.done());
    directory.leads(shard, id(), epoch);
    List.copyOf(inbound).forEach(link -> link.notice(epoch, true));
  }

  @Override
  public void notLeading(int shard, long epoch) {
    ledEpoch = null;
    directory.leadsNoLonger(shard, id(), epoch);
    List.copyOf(inbound).forEach(link -> link.notice(epoch, false));
  }

  void heard(int other, long epoch, boolean leads) {
    if (leads) {
      directory.leads(SimRaft.SHARD, other, epoch);
    } else {
      directory.leadsNoLonger(SimRaft.SHARD, other, epoch);
    }
  }

  private void leaderChanged(LeaderDirectory.@Nullable Leader leader) {
    if (leader == null) {
      client.leaderLost();
    } else {
      client.leaderFound(leader.node() == id() ? new LocalRoute() : new RemoteRoute(leader.node()));
    }
  }

  private void notifyLater(Runnable task) {
    lastNotice = Math.max(lastNotice + 1, time.now() + time.between(5, 200));
    later(lastNotice - time.now(), task);
  }

  Set<Integer> connectedFrontends() {
    Set<Integer> nodes = new TreeSet<>();
    nodes.add(id());
    inbound.forEach(link -> nodes.add(link.from().id()));
    return nodes;
  }

  private final class LocalRoute implements Route, FrontendPort {
    @Override
    public void schedule(Runnable sender) {
      loop.execute(sender);
    }

    @Override
    public void send(ToShard message) {
      noteRequests(message);
      replica.receiveOnLoop(message, this);
    }

    @Override
    public void send(io.quorate.link.v1.FromShard message) {
      sim.oracle().leaders().sent(SimProcess.this, SimProcess.this, this, message);
      client.receive(message);
    }
  }

  private final class RemoteRoute implements Route {
    private final int leader;

    RemoteRoute(int leader) {
      this.leader = leader;
    }

    @Override
    public void schedule(Runnable sender) {
      lastSend = Math.max(lastSend + 1, time.now() + time.between(5, 200));
      later(lastSend - time.now(), sender);
    }

    @Override
    public boolean takesMore(Runnable resume) {
      SimLink link = outbound.get(leader);
      return link == null || link.takesMore(() -> schedule(resume));
    }

    @Override
    public void send(ToShard message) {
      SimLink link = outbound.get(leader);
      if (link != null) {
        noteRequests(message);
        link.toShard(message);
      }
    }
  }

  /** The oracle wants to know what the numbers in the answers will mean. */
  private void noteRequests(ToShard message) {
    sim.sent(session, message);
    for (SubscriptionState subscription : message.getAttach().getSubscriptionsList()) {
      for (long position : subscription.getHeldList()) {
        sim.say(
            "q" + subscription.getQueueId() + "#" + position,
            "%s says that %d holds it",
            this,
            subscription.getId());
      }
    }
    for (Request request : message.getWork().getRequestsList()) {
      if (request.hasSubscribe()) {
        sim.oracle()
            .leaders()
            .subscribed(
                this,
                request.getSubscribe().getId(),
                request.getSubscribe().getQueueId(),
                request.getSubscribe().getAutoSettle());
      } else if (request.hasGet()) {
        sim.oracle()
            .leaders()
            .getSent(
                this,
                request.getId(),
                request.getGet().getQueueId(),
                request.getGet().getAutoSettle());
      }
    }
  }

  // ---- messages that cannot be read here

  private CompletableFuture<Map<Long, StoredMessage>> fetch(
      int shard, long queueId, List<Long> positions, int attempt) {
    CompletableFuture<Map<Long, StoredMessage>> answer = new CompletableFuture<>();
    int other = 1 + (id() + attempt % (sim.size() - 1)) % sim.size();
    sim.say("q" + queueId, "%s asks node %d for %s", this, other, positions);
    later(
        time.between(100, 3_000),
        () -> {
          SimProcess peer = sim.process(other);
          if (peer.responsive() && sim.network().connected(id(), other)) {
            peer.replica()
                .messages(queueId, positions)
                .thenAccept(found -> later(time.between(100, 3_000), () -> answer.complete(found)));
          }
        });
    later(
        100_000,
        () -> answer.completeExceptionally(new IllegalStateException("no answer in time")));
    return answer;
  }

  // ---- links

  private void connectLater(int other) {
    later(time.between(1_000, 60_000), () -> connect(other));
  }

  private void connect(int other) {
    SimProcess peer = sim.process(other);
    if (outbound.containsKey(other)) {
      return;
    }
    if (!peer.responsive() || !sim.network().connected(id(), other)) {
      connectLater(other);
      return;
    }
    outbound.put(other, new SimLink(sim, this, peer));
  }

  void outboundClosed(SimLink link) {
    int other = link.to().id();
    if (outbound.remove(other, link)) {
      directory.unreachable(other);
      connectLater(other);
    }
  }

  void inboundOpened(SimLink link) {
    inbound.add(link);
    Long epoch = ledEpoch;
    if (epoch != null) {
      link.notice(epoch, true);
    }
  }

  void inboundClosed(SimLink link) {
    if (inbound.remove(link)) {
      sim.oracle().presence().portClosed(link);
      replica.portClosed(link);
    }
  }

  List<SimLink> links() {
    return List.copyOf(outbound.values());
  }

  /** The process has ended: the others find broken connections. */
  void gone() {
    List.copyOf(outbound.values()).forEach(SimLink::breakDown);
    List.copyOf(inbound).forEach(SimLink::breakDown);
  }

  // ---- definitions

  private void learnMore() {
    boolean slow = time.oneIn(30);
    later(
        slow ? time.between(50_000, 300_000) : time.between(1_000, 10_000),
        () -> {
          if (definitions < sim.definitions().size()) {
            long change = sim.definitions().get(definitions++);
            learn(change);
            if (change < 0) {
              replica.queueRemoved(-change);
            }
            replica.definitionsChanged();
          }
          learnMore();
        });
  }

  private void learn(long change) {
    if (change > 0) {
      defined.add(change);
      lastQueueId = change;
    } else {
      defined.remove(-change);
    }
  }

  int definitionsKnown() {
    return definitions;
  }

  Set<Long> defined() {
    return defined;
  }

  @Override
  public boolean exists(long queueId) {
    return defined.contains(queueId);
  }

  @Override
  public boolean autoDelete(long queueId) {
    return sim.autoDelete(queueId);
  }

  @Override
  public void delete(long queueId) {
    sim.say("q" + queueId, "node %s has closed queue %d deleted", this, queueId);
    later(time.between(1_000, 20_000), () -> sim.deleteAbandoned(queueId));
  }

  @Override
  public long lastQueueId() {
    return lastQueueId;
  }

  @Override
  public String toString() {
    return node.id() + "/" + run;
  }
}
