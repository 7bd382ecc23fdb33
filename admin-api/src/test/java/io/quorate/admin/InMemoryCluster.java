package io.quorate.admin;

import com.google.protobuf.ByteString;
import io.quorate.raftqueue.api.ClusterStatus;
import io.quorate.raftqueue.api.Completion;
import io.quorate.raftqueue.api.DefinitionCommand;
import io.quorate.raftqueue.api.DefinitionResult;
import io.quorate.raftqueue.api.Definitions;
import io.quorate.raftqueue.api.DeleteCondition;
import io.quorate.raftqueue.api.Delivery;
import io.quorate.raftqueue.api.DeliveryListener;
import io.quorate.raftqueue.api.ExchangeDefinition;
import io.quorate.raftqueue.api.GetResult;
import io.quorate.raftqueue.api.Message;
import io.quorate.raftqueue.api.Outcome;
import io.quorate.raftqueue.api.QueueDefinition;
import io.quorate.raftqueue.api.QueueRef;
import io.quorate.raftqueue.api.QueueStats;
import io.quorate.raftqueue.api.QueueStore;
import io.quorate.raftqueue.api.RefusedException;
import io.quorate.raftqueue.api.RefusedException.Reason;
import io.quorate.raftqueue.api.RoutedMessage;
import io.quorate.raftqueue.api.Subscription;
import io.quorate.raftqueue.api.SubscriptionSpec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Three nodes' worth of queues and groups in memory, seen from any of the nodes: queues hold
 * messages, leaders move, nodes stop and freeze. Not Raft: just enough state for the admin services
 * to look at.
 */
public final class InMemoryCluster {

  static final int SHARDS = 3;
  static final List<Integer> NODES = List.of(1, 2, 3);

  private static final class QueueState {
    final QueueDefinition definition;
    final Deque<Message> ready = new ArrayDeque<>();
    final Map<Long, Message> unacked = new HashMap<>();
    long next;

    QueueState(QueueDefinition definition) {
      this.definition = definition;
    }
  }

  private static final class GroupState {
    @Nullable Integer leader;
    long term = 1;
    long index = 10;
    final Map<Integer, Long> applied = new TreeMap<>();
  }

  private final TreeMap<Long, QueueState> queues = new TreeMap<>();
  private final TreeMap<Integer, GroupState> groups = new TreeMap<>();
  private final TreeSet<String> vhosts = new TreeSet<>(List.of("/"));
  private final TreeSet<Integer> down = new TreeSet<>();
  private final Map<Integer, List<String>> shortOf = new HashMap<>();
  private final TreeSet<Integer> frozen = new TreeSet<>();
  private long lastId;
  private int statsAsked;

  public InMemoryCluster() {
    for (int id = -1; id < SHARDS; id++) {
      GroupState group = new GroupState();
      group.leader = NODES.get(Math.floorMod(id, NODES.size()));
      NODES.forEach(node -> group.applied.put(node, group.index));
      groups.put(id, group);
    }
  }

  /** The cluster as a node's store. */
  public QueueStore store(int node) {
    return new Store(node);
  }

  /** The cluster as a node's status. */
  public ClusterStatus status(int node) {
    return new Status(node);
  }

  public synchronized void addVhost(String vhost) {
    vhosts.add(vhost);
  }

  public synchronized QueueRef declare(String vhost, String name, int shard) {
    QueueRef ref = new QueueRef(++lastId, shard);
    queues.put(
        ref.id(),
        new QueueState(new QueueDefinition(ref, vhost, name, true, false, false, null, Map.of())));
    return ref;
  }

  public synchronized void publish(QueueRef ref, String body) {
    state(ref).ready.add(new Message("", "key", ByteString.EMPTY, ByteString.copyFromUtf8(body)));
    GroupState group = groups.get(ref.shard());
    if (group != null) {
      group.index++;
      group.applied.replaceAll((node, at) -> down.contains(node) ? at : group.index);
    }
  }

  synchronized void isShortOf(int node, String... what) {
    shortOf.put(node, List.of(what));
  }

  /** Takes a node away; every group it led stays without a leader until {@link #elect}. */
  public synchronized void stop(int node) {
    down.add(node);
    groups.values().stream()
        .filter(group -> Integer.valueOf(node).equals(group.leader))
        .forEach(group -> group.leader = null);
  }

  /** The node stays connected and leads what it leads, but answers nothing. */
  public synchronized void freeze(int node) {
    frozen.add(node);
  }

  public synchronized void elect(int group, int node) {
    groups.get(group).leader = node;
    groups.get(group).term++;
  }

  public synchronized int statsAsked() {
    return statsAsked;
  }

  private synchronized QueueState state(QueueRef ref) {
    QueueState state = queues.get(ref.id());
    if (state == null) {
      throw new RefusedException(Reason.NOT_FOUND, "queue " + ref.id() + " is gone");
    }
    return state;
  }

  private boolean silent(int node) {
    return down.contains(node) || frozen.contains(node);
  }

  private final class Status implements ClusterStatus {
    private final int self;

    Status(int self) {
      this.self = self;
    }

    @Override
    public int nodeId() {
      return self;
    }

    @Override
    public List<Node> nodes() {
      synchronized (InMemoryCluster.this) {
        return NODES.stream()
            .map(
                id ->
                    new Node(
                        id,
                        "127.0.0.1",
                        6670 + id,
                        !down.contains(id),
                        shortOf.getOrDefault(id, List.of())))
            .toList();
      }
    }

    @Override
    public List<Group> groups() {
      synchronized (InMemoryCluster.this) {
        List<Group> list = new ArrayList<>();
        groups.forEach(
            (id, g) ->
                list.add(
                    new Group(
                        id, g.leader, role(g, self), g.term, g.index, g.applied.get(self), NODES)));
        return list;
      }
    }

    @Override
    public CompletableFuture<Void> transferLeadership(int group, int toNode) {
      synchronized (InMemoryCluster.this) {
        if (frozen.contains(toNode)) {
          return CompletableFuture.failedFuture(
              new RefusedException(Reason.UNAVAILABLE, "node " + toNode + " did not catch up"));
        }
        elect(group, toNode);
        return CompletableFuture.completedFuture(null);
      }
    }

    @Override
    public List<StateDigest> digests() {
      return List.of();
    }

    @Override
    public CompletableFuture<List<Replica>> replicas(int group) {
      synchronized (InMemoryCluster.this) {
        GroupState g = groups.get(group);
        return CompletableFuture.completedFuture(
            NODES.stream()
                .filter(node -> !silent(node))
                .map(n -> new Replica(n, role(g, n), g.term, g.index, g.applied.get(n)))
                .toList());
      }
    }

    private static String role(GroupState group, int node) {
      return Integer.valueOf(node).equals(group.leader) ? "LEADER" : "FOLLOWER";
    }
  }

  private final class Store implements QueueStore {
    private final int self;

    Store(int self) {
      this.self = self;
    }

    @Override
    public Definitions definitions() {
      return new Copy();
    }

    @Override
    public CompletableFuture<Void> refreshDefinitions() {
      synchronized (InMemoryCluster.this) {
        return groups.get(-1).leader == null
            ? CompletableFuture.failedFuture(
                new RefusedException(Reason.UNAVAILABLE, "the metadata group has no leader"))
            : CompletableFuture.completedFuture(null);
      }
    }

    @Override
    public CompletableFuture<GetResult> get(QueueRef queue, boolean autoSettle) {
      synchronized (InMemoryCluster.this) {
        QueueState state = state(queue);
        Message message = state.ready.remove();
        long position = ++state.next;
        if (!autoSettle) {
          state.unacked.put(position, message);
        }
        return CompletableFuture.completedFuture(
            new GetResult(new Delivery(position, false, 0, message), 1, state.ready.size()));
      }
    }

    @Override
    public void settle(
        QueueRef queue, long holder, long[] positions, boolean awaited, Completion completion) {
      synchronized (InMemoryCluster.this) {
        for (long position : positions) {
          state(queue).unacked.remove(position);
        }
      }
      completion.done(Outcome.ACCEPTED);
    }

    @Override
    public CompletableFuture<QueueStats> stats(QueueRef queue) {
      synchronized (InMemoryCluster.this) {
        statsAsked++;
        GroupState group = groups.get(queue.shard());
        Integer holder = group == null ? Integer.valueOf(-queue.shard()) : group.leader;
        if (holder == null || silent(holder)) {
          return new CompletableFuture<>();
        }
        if (!queues.containsKey(queue.id())) {
          return CompletableFuture.failedFuture(new RefusedException(Reason.NOT_FOUND, "gone"));
        }
        QueueState state = state(queue);
        long bytes =
            state.ready.stream().mapToLong(Message::sizeBytes).sum()
                + state.unacked.values().stream().mapToLong(Message::sizeBytes).sum();
        return CompletableFuture.completedFuture(
            new QueueStats(state.ready.size(), state.unacked.size(), 0, bytes));
      }
    }

    @Override
    public CompletableFuture<DefinitionResult> define(DefinitionCommand command) {
      throw new UnsupportedOperationException("use declare");
    }

    @Override
    public void publish(Message message, List<QueueRef> to, Completion completion) {
      throw new UnsupportedOperationException("use publish of the cluster");
    }

    @Override
    public void requeue(QueueRef queue, long holder, long[] positions, Completion completion) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Subscription> subscribe(
        QueueRef queue, SubscriptionSpec spec, DeliveryListener listener) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<QueueStats> statsOfDeclared(QueueRef queue) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Long> delete(QueueRef queue, DeleteCondition condition) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Long> purge(QueueRef queue) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isLost(QueueRef queue) {
      return false;
    }

    @Override
    public int placeQueue(boolean balanced) {
      return 0;
    }

    @Override
    public int localShard() {
      return -self;
    }

    @Override
    public String heldBackReason() {
      return "is never held back";
    }

    @Override
    public boolean isWritable() {
      return true;
    }

    @Override
    public void onWritable(Runnable task) {
      task.run();
    }
  }

  private final class Copy implements Definitions {
    @Override
    public boolean hasVhost(String vhost) {
      synchronized (InMemoryCluster.this) {
        return vhosts.contains(vhost);
      }
    }

    @Override
    public List<QueueDefinition> queues() {
      synchronized (InMemoryCluster.this) {
        return queues.values().stream().map(state -> state.definition).toList();
      }
    }

    @Override
    public @Nullable QueueDefinition queue(String vhost, String name) {
      return queues().stream()
          .filter(queue -> queue.vhost().equals(vhost) && queue.name().equals(name))
          .findFirst()
          .orElse(null);
    }

    @Override
    public @Nullable QueueDefinition queue(long id) {
      return queues().stream().filter(queue -> queue.ref().id() == id).findFirst().orElse(null);
    }

    @Override
    public List<String> vhosts() {
      synchronized (InMemoryCluster.this) {
        return List.copyOf(vhosts);
      }
    }

    @Override
    public @Nullable ExchangeDefinition exchange(String vhost, String name) {
      return null;
    }

    @Override
    public List<ExchangeDefinition> exchanges(String vhost) {
      return List.of();
    }

    @Override
    public boolean authenticate(String user, String password) {
      return false;
    }

    @Override
    public @Nullable List<QueueRef> route(
        String vhost, String exchange, String key, RoutedMessage message) {
      return null;
    }

    @Override
    public @Nullable List<QueueRef> route(
        String vhost, String exchange, List<String> keys, RoutedMessage message) {
      return null;
    }

    @Override
    public long version() {
      return 0;
    }
  }
}
