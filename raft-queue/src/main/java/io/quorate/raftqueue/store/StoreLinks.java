package io.quorate.raftqueue.store;

import io.quorate.link.v1.DefineRequest;
import io.quorate.link.v1.DefinitionsApplied;
import io.quorate.link.v1.FromNode;
import io.quorate.link.v1.FromShard;
import io.quorate.link.v1.LeaderNotice;
import io.quorate.link.v1.Ping;
import io.quorate.link.v1.ToNode;
import io.quorate.link.v1.ToShard;
import io.quorate.raftqueue.link.InboundLink;
import io.quorate.raftqueue.link.LinkListener;
import io.quorate.raftqueue.link.PeerLink;
import io.quorate.raftqueue.raft.RaftGroup;
import io.quorate.raftqueue.raft.RaftNode;
import io.quorate.raftqueue.session.Route;
import io.quorate.raftqueue.session.ShardClient;
import io.quorate.raftqueue.shard.FrontendPort;
import io.quorate.raftqueue.shard.LeadershipListener;
import io.quorate.raftqueue.shard.ShardReplica;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Brings what comes over the links to where it belongs, and knows the ways to the other nodes. */
final class StoreLinks implements LinkListener, LeaderDirectory.Listener, LeadershipListener {

  private final int node;
  private final LeaderDirectory leaders;
  private final Budget budget;
  private final PropagationTracker tracker;
  private final Executor background;
  private final Map<Integer, PeerLink> peers = new ConcurrentHashMap<>();
  private final Set<InboundLink> inbound = ConcurrentHashMap.newKeySet();
  private final Map<Integer, Long> ledHere = new ConcurrentHashMap<>();
  private final Map<Integer, ShardReplica> replicas;
  private final Map<Integer, ShardClient> clients;
  private final PeerQuestions questions;
  private volatile @Nullable DefinitionService definitions;
  private volatile @Nullable RaftNode raft;
  private volatile long definitionsApplied = -1;

  StoreLinks(
      int node,
      LeaderDirectory leaders,
      Budget budget,
      PropagationTracker tracker,
      Executor background,
      Map<Integer, ShardReplica> replicas,
      Map<Integer, ShardClient> clients,
      Map<Integer, RaftGroup> groups) {
    this.node = node;
    this.leaders = leaders;
    this.budget = budget;
    this.tracker = tracker;
    this.background = background;
    this.replicas = replicas;
    this.clients = clients;
    this.questions = new PeerQuestions(peers, replicas, groups);
    leaders.addListener(this);
  }

  void setDefinitions(DefinitionService service) {
    definitions = service;
  }

  /** Told whose process cannot be reached. */
  void setRaft(RaftNode node) {
    raft = node;
  }

  void addPeer(PeerLink link) {
    peers.put(link.node(), link);
  }

  PeerQuestions questions() {
    return questions;
  }

  Map<Integer, PeerLink> peers() {
    return peers;
  }

  /** What waits to be sent to other nodes. */
  long queuedBytes() {
    return peers.values().stream().mapToLong(PeerLink::queuedBytes).sum()
        + inbound.stream().mapToLong(InboundLink::queuedBytes).sum();
  }

  boolean reachable(int other) {
    PeerLink link = peers.get(other);
    return other == node || (link != null && link.isUp());
  }

  /** Nodes whose frontends are connected to this node, itself included. */
  Set<Integer> connectedFrontends() {
    Set<Integer> nodes = new HashSet<>();
    nodes.add(node);
    inbound.forEach(link -> nodes.add(link.node()));
    return nodes;
  }

  // ---- leadership

  @Override
  public void leading(int group, long epoch) {
    ledHere.put(group, epoch);
    leaders.leads(group, node, epoch);
    broadcast(notice(group, epoch, true));
  }

  @Override
  public void notLeading(int group, long epoch) {
    ledHere.remove(group);
    leaders.leadsNoLonger(group, node, epoch);
    broadcast(notice(group, epoch, false));
  }

  private void broadcast(FromNode message) {
    inbound.forEach(link -> link.send(message));
  }

  private static FromNode notice(int group, long epoch, boolean leads) {
    return FromNode.newBuilder()
        .setLeader(LeaderNotice.newBuilder().setGroup(group).setTerm(epoch).setLeads(leads))
        .build();
  }

  @Override
  public void leaderChanged(int group, LeaderDirectory.@Nullable Leader leader) {
    if (group == RaftGroup.METADATA) {
      if (leader != null) {
        reportDefinitions();
        DefinitionService service = definitions;
        if (service != null) {
          service.resend();
        }
      }
      return;
    }
    ShardClient client = clients.get(group);
    if (client == null) {
      return;
    }
    Route route = leader == null ? null : route(group, leader.node());
    if (route == null) {
      client.leaderLost();
    } else {
      client.leaderFound(route);
    }
  }

  private @Nullable Route route(int shard, int leaderNode) {
    if (leaderNode == node) {
      ShardReplica replica = replicas.get(shard);
      ShardClient client = clients.get(shard);
      return replica == null || client == null ? null : new LocalRoute(replica, client::receive);
    }
    PeerLink link = peers.get(leaderNode);
    return link == null ? null : new RemoteRoute(link);
  }

  /** The leader is in this process: messages are handed over as objects, on the shard's loop. */
  private record LocalRoute(ShardReplica replica, FrontendPort port) implements Route {
    @Override
    public void schedule(Runnable sender) {
      replica.loop().executeSoon(sender);
    }

    @Override
    public void send(ToShard message) {
      replica.receiveOnLoop(message, port);
    }
  }

  private record RemoteRoute(PeerLink link) implements Route {
    @Override
    public void schedule(Runnable sender) {
      link.execute(sender);
    }

    @Override
    public boolean takesMore(Runnable resume) {
      return link.takesMore(resume);
    }

    @Override
    public void send(ToShard message) {
      link.send(ToNode.newBuilder().setToShard(message).build());
    }
  }

  // ---- definitions

  /** Sends a change of the definitions to the leader of the day. */
  void sendDefine(DefineRequest request) {
    LeaderDirectory.Leader leader = leaders.leader(RaftGroup.METADATA);
    DefinitionService service = definitions;
    if (leader == null || service == null) {
      return;
    }
    if (leader.node() == node) {
      background.execute(() -> service.lead(request, service::answered));
      return;
    }
    PeerLink link = peers.get(leader.node());
    if (link != null) {
      link.send(ToNode.newBuilder().setDefine(request).build());
    }
  }

  /** This node has applied the definitions up to an index: the leader wants to know. */
  void definitionsApplied(long index) {
    definitionsApplied = index;
    reportDefinitions();
  }

  private void reportDefinitions() {
    LeaderDirectory.Leader leader = leaders.leader(RaftGroup.METADATA);
    PeerLink link = leader == null ? null : peers.get(leader.node());
    if (link != null) {
      link.send(
          ToNode.newBuilder()
              .setDefinitionsApplied(DefinitionsApplied.newBuilder().setIndex(definitionsApplied))
              .build());
    }
  }

  // ---- links that others opened

  @Override
  public void inboundOpened(InboundLink link) {
    inbound.add(link);
    ledHere.forEach((group, epoch) -> link.send(notice(group, epoch, true)));
  }

  @Override
  public void inboundHasRoom(InboundLink link) {
    replicas.values().forEach(ShardReplica::portHasRoom);
  }

  @Override
  public void inboundClosed(InboundLink link) {
    inbound.remove(link);
    replicas.values().forEach(replica -> replica.portClosed(link));
    if (inbound.stream().noneMatch(other -> other.node() == link.node())) { // it has no newer one
      budget.alarms(link.node(), Set.of());
    }
    tracker.reachabilityChanged();
  }

  @Override
  public void received(InboundLink link, ToNode message) {
    switch (message.getKindCase()) {
      case TO_SHARD -> {
        ShardReplica replica = replicas.get(message.getToShard().getShard());
        if (replica != null) {
          replica.receive(message.getToShard(), link);
        }
      }
      case DEFINE -> {
        DefinitionService service = definitions;
        if (service != null) {
          service.lead(
              message.getDefine(),
              reply -> link.send(FromNode.newBuilder().setDefine(reply).build()));
        }
      }
      case DEFINITIONS_APPLIED ->
          tracker.applied(link.node(), message.getDefinitionsApplied().getIndex());
      case REPLICA_QUERY, TRANSFER, MESSAGES_QUERY -> questions.asked(link, message);
      case HELLO, PING, KIND_NOT_SET -> {}
    }
  }

  // ---- this node's own links

  @Override
  public void outboundOpened(PeerLink link) {
    reachable(link.node(), true);
    reportDefinitions();
  }

  @Override
  public void outboundClosed(PeerLink link) {
    reachable(link.node(), false);
    leaders.unreachable(link.node());
    budget.alarms(link.node(), Set.of());
  }

  private void reachable(int other, boolean is) {
    RaftNode current = raft;
    if (current != null) {
      current.reachable(other, is);
    }
  }

  @Override
  public void received(PeerLink link, FromNode message) {
    switch (message.getKindCase()) {
      case FROM_SHARD -> {
        FromShard fromShard = message.getFromShard();
        ShardClient client = clients.get(fromShard.getShard());
        if (client != null) {
          client.receive(fromShard);
        }
      }
      case LEADER -> {
        LeaderNotice notice = message.getLeader();
        if (notice.getLeads()) {
          leaders.leads(notice.getGroup(), link.node(), notice.getTerm());
        } else {
          leaders.leadsNoLonger(notice.getGroup(), link.node(), notice.getTerm());
        }
      }
      case DEFINE -> {
        DefinitionService service = definitions;
        if (service != null) {
          service.answered(message.getDefine());
        }
      }
      case REPLICA, TRANSFER, MESSAGES -> questions.answered(message);
      case HELLO, PONG, KIND_NOT_SET -> {}
    }
  }

  // ---- alarms

  /** Names of what a node is short of, as far as this one knows. */
  List<String> shortOf(int other) {
    return Alarm.labels(budget.alarms(other));
  }

  @Override
  public Ping alarms() {
    return Alarm.ping(budget.alarms(node));
  }

  @Override
  public void peerAlarms(int other, Ping ping) {
    budget.alarms(other, Alarm.of(ping));
  }
}
