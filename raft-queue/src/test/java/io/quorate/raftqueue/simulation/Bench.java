package io.quorate.raftqueue.simulation;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.quorate.link.v1.FromShard;
import io.quorate.link.v1.ToShard;
import io.quorate.log.v1.Batch;
import io.quorate.log.v1.Enqueue;
import io.quorate.log.v1.Operation;
import io.quorate.log.v1.Run;
import io.quorate.log.v1.Session;
import io.quorate.log.v1.StoredMessage;
import io.quorate.raftqueue.api.ClusterStatus;
import io.quorate.raftqueue.api.Outcome;
import io.quorate.raftqueue.raft.RaftGroup;
import io.quorate.raftqueue.session.Route;
import io.quorate.raftqueue.session.ShardClient;
import io.quorate.raftqueue.shard.FrontendPort;
import io.quorate.raftqueue.shard.LeadershipListener;
import io.quorate.raftqueue.shard.Loop;
import io.quorate.raftqueue.shard.PageBudget;
import io.quorate.raftqueue.shard.PageFactory;
import io.quorate.raftqueue.shard.QueueCatalog;
import io.quorate.raftqueue.shard.ReplicaMessages;
import io.quorate.raftqueue.shard.ShardReplica;
import io.quorate.raftqueue.shard.ShardSettings;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One replica that leads, worked by hand: entries commit and messages arrive when the test says.
 */
final class Bench implements QueueCatalog, LeadershipListener {

  private static final ShardSettings SETTINGS =
      new ShardSettings(10_000, 100, 16, 16, 100, 200, 10, 1 << 20, 0, 0, 16, 1_024, 512);

  private record Proposal(byte[] bytes, @Nullable Object context) {}

  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final ArrayDeque<Runnable> handovers = new ArrayDeque<>();
  private final ArrayDeque<Runnable> graces = new ArrayDeque<>();
  private final ArrayDeque<Runnable> slowFrontends = new ArrayDeque<>();
  private final ArrayDeque<Proposal> proposed = new ArrayDeque<>();
  private final Set<Integer> connected = new TreeSet<>();
  private final Group group = new Group();
  private Runnable hook = () -> {};
  private final ShardReplica replica =
      new ShardReplica(
          0,
          new HandLoop(),
          Runnable::run,
          this,
          () -> connected,
          this,
          SETTINGS,
          PageBudget.unlimited(),
          PageFactory.NONE,
          ReplicaMessages.NONE,
          failure -> {
            throw new AssertionError(failure);
          });

  final Set<Long> queues = new TreeSet<>(List.of(1L));
  final Set<Long> autoDelete = new TreeSet<>();
  final List<Long> deleted = new ArrayList<>();

  /** In the log, oldest first. */
  final List<Operation> committed = new ArrayList<>();

  final long[] term = {1};
  int leaderships;
  long lastQueueId = 10;
  private long index;

  Bench(Integer... frontends) {
    connected.addAll(List.of(frontends));
    replica.join(group);
    replica.onLeaderReady(1);
    commitAll();
  }

  ShardReplica replica() {
    return replica;
  }

  /** Runs the loop until it has nothing to do. */
  void run() {
    while (!tasks.isEmpty()) {
      Runnable task;
      while ((task = tasks.poll()) != null) {
        task.run();
      }
      hook.run();
    }
  }

  /** The time is up that leaders wait for frontends that have not attached. */
  void handoverEnds() {
    tasks.addAll(handovers);
    handovers.clear();
    run();
  }

  /** The time is up that leaders keep auto-delete queues for frontends that have not attached. */
  void waitForSlowFrontendsEnds() {
    tasks.addAll(slowFrontends);
    slowFrontends.clear();
    run();
  }

  /** The time is up that leaders keep what frontends hold whose link broke. */
  void graceEnds() {
    tasks.addAll(graces);
    graces.clear();
    run();
  }

  /** A burst of one task. */
  void runOne() {
    tasks.remove().run();
    hook.run();
  }

  /** Commits what has been proposed until nothing more is. */
  void commitAll() {
    run();
    while (commitOne(true)) {
      run();
    }
  }

  /** The replica loses its leadership and leads in a later term, up to date. */
  void leadsAgain(int newTerm) {
    replica.onLeadershipLost();
    term[0] = newTerm;
    replica.onLeaderReady(newTerm);
    commitAll();
  }

  /** A node has no link here when the next leadership begins. */
  void unlinked(int node) {
    connected.remove(node);
  }

  /** Commits the oldest proposal. */
  boolean commitOne(boolean knownAsOwn) {
    Proposal next = proposed.poll();
    if (next == null) {
      return false;
    }
    operations(next.bytes()).forEach(run -> committed.addAll(run.getOperationsList()));
    replica.apply(
        term[0], ++index, ByteBuffer.wrap(next.bytes()), knownAsOwn ? next.context() : null);
    return true;
  }

  private static List<Run> operations(byte[] entry) {
    try {
      return Batch.parseFrom(entry).getRunsList();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  Frontend frontend(int node) {
    return new Frontend(node, 1);
  }

  /** Of a later run of the node. */
  Frontend frontend(int node, long incarnation) {
    return new Frontend(node, incarnation);
  }

  /** A node's frontends, on a link that passes messages on when it is told to. */
  final class Frontend {
    final ShardClient client;
    final List<FromShard> received = new ArrayList<>();
    final List<ToShard> sent = new ArrayList<>();
    final ArrayDeque<FromShard> back = new ArrayDeque<>();
    final List<Outcome> outcomes = new ArrayList<>();
    private int links;
    private @Nullable FrontendPort currentPort;

    Frontend(int node, long incarnation) {
      client =
          new ShardClient(
              0,
              Session.newBuilder().setNode(node).setIncarnation(incarnation).build(),
              new AtomicLong(),
              bytes -> {});
    }

    /** Attaches over a new link; what was under way on the old one is lost. */
    void connect() {
      int link = ++links;
      back.clear();
      FrontendPort port =
          message -> {
            if (link == links) {
              back.add(message);
            }
          };
      currentPort = port;
      client.leaderFound(
          new Route() {
            @Override
            public void schedule(Runnable sender) {
              tasks.add(sender);
            }

            @Override
            public void send(ToShard message) {
              sent.add(message);
              replica.receive(message, port);
            }
          });
    }

    /** The link breaks. */
    void disconnect() {
      FrontendPort port = currentPort;
      if (port != null) {
        replica.portClosed(port);
        run();
      }
    }

    /** Passes on what the leader has sent. */
    void receive() {
      FromShard message;
      while ((message = back.poll()) != null) {
        received.add(message);
        client.receive(message);
      }
    }

    /** Runs and commits everything until all is said. */
    void settleDown() {
      for (int i = 0; i < 10; i++) {
        commitAll();
        receive();
      }
    }

    void publish(String body) {
      publish(1, body);
    }

    void publish(long queue, String body) {
      client.submit(
          Operation.newBuilder()
              .setEnqueue(
                  Enqueue.newBuilder()
                      .addQueueIds(queue)
                      .setMessage(
                          StoredMessage.newBuilder().setBody(ByteString.copyFromUtf8(body)))),
          1,
          outcomes::add);
    }
  }

  @Override
  public boolean exists(long queueId) {
    return queues.contains(queueId);
  }

  @Override
  public long lastQueueId() {
    return lastQueueId;
  }

  @Override
  public boolean autoDelete(long queueId) {
    return autoDelete.contains(queueId);
  }

  @Override
  public void delete(long queueId) {
    deleted.add(queueId);
  }

  @Override
  public void leading(int shard, long epoch) {
    leaderships++;
  }

  @Override
  public void notLeading(int shard, long epoch) {}

  private final class HandLoop implements Loop {
    @Override
    public void execute(Runnable task) {
      tasks.add(task);
    }

    @Override
    public void schedule(Runnable task, long delayMs) {
      // time stands still until a test says that some time is up
      if (delayMs == 11L * SETTINGS.handoverMs()) {
        slowFrontends.add(task);
      } else if (delayMs == SETTINGS.handoverMs()) {
        handovers.add(task);
      } else if (delayMs == SETTINGS.detachGraceMs()) {
        graces.add(task);
      }
    }

    @Override
    public long nanoTime() {
      return 0;
    }

    @Override
    public void afterBurst(Runnable burstHook) {
      hook = burstHook;
    }
  }

  private final class Group implements RaftGroup {
    @Override
    public int id() {
      return 0;
    }

    @Override
    public CompletableFuture<Void> propose(byte[] entry, @Nullable Object context) {
      proposed.add(new Proposal(entry, context));
      return new CompletableFuture<>();
    }

    @Override
    public boolean leaseValid() {
      return true;
    }

    @Override
    public void announceCommit() {}

    @Override
    public CompletableFuture<Void> readBarrier() {
      return new CompletableFuture<>();
    }

    @Override
    public void takeSnapshot() {}

    @Override
    public long bytesSinceSnapshot() {
      return 0;
    }

    @Override
    public CompletableFuture<Void> transferLeadership(int toNode) {
      return new CompletableFuture<>();
    }

    @Override
    public ClusterStatus.Group status() {
      return new ClusterStatus.Group(0, 1, "LEADER", term[0], index, index, List.of());
    }

    @Override
    public long silenceMs(int node) {
      return 0;
    }
  }
}
