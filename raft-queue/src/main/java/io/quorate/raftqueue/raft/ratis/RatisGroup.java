package io.quorate.raftqueue.raft.ratis;

import io.quorate.raftqueue.api.ClusterStatus;
import io.quorate.raftqueue.raft.NotProposedException;
import io.quorate.raftqueue.raft.RaftGroup;
import io.quorate.raftqueue.raft.ReplicatedState;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This node's replica of a group, on a Ratis division. */
final class RatisGroup implements RaftGroup {
  private static final Logger log = LoggerFactory.getLogger(RatisGroup.class);
  private static final int RESUME_DELAY_MS = 50;

  /**
   * @param term in which this node is to stand
   */
  private record Handover(long term, long nanos) {}

  private final int id;
  private final RaftGroupId groupId;
  private final List<Integer> members;
  private final RaftServer server;
  private final RatisConfig.Limits limits;
  private final ReplicatedState state;
  private final ScheduledExecutorService background;
  private final Leadership leadership;
  private final Followers followers;
  private final LeaderPromise promise;
  private final SnapshotStore snapshots;
  private final SnapshotTaker taker;
  private final GroupStateMachine machine;
  private final ReentrantLock appends = new ReentrantLock();

  private final ClientId client = ClientId.randomId();
  private final AtomicLong calls = new AtomicLong();

  /** One at a time: apply, writeSnapshot, restore. */
  private final ReentrantLock stateLock = new ReentrantLock();

  private final AtomicLong bytesApplied = new AtomicLong();
  private final AtomicBoolean failed = new AtomicBoolean();
  private volatile long bytesAtSnapshot;
  private volatile RaftServer.@Nullable Division division;
  private volatile @Nullable LogDirectory logDirectory;
  private volatile boolean transferring;
  private volatile boolean closed;
  private volatile @Nullable Handover handover;
  private long votedTerm = -1;

  RatisGroup(
      int id,
      RaftGroupId groupId,
      RatisConfig config,
      RaftServer server,
      ReplicatedState state,
      ScheduledExecutorService background) {
    this.id = id;
    this.groupId = groupId;
    this.members = config.groups().getOrDefault(id, List.of());
    this.server = server;
    this.limits = config.limits();
    this.state = state;
    this.background = background;
    this.leadership = new Leadership(state);
    this.followers = new Followers(limits);
    this.promise = new LeaderPromise(limits, System.nanoTime() - uptimeNanos());
    this.snapshots = new SnapshotStore(limits.snapshotFiles());
    this.machine = new GroupStateMachine(this, state, leadership, snapshots);
    this.taker = new SnapshotTaker(this, server, machine, snapshots, background);
  }

  private static long uptimeNanos() {
    return ManagementFactory.getRuntimeMXBean().getUptime() * 1_000_000;
  }

  static RaftPeerId peerId(int node) {
    return RaftPeerId.valueOf("n" + node);
  }

  static @Nullable Integer nodeOf(@Nullable RaftPeerId peer) {
    return peer == null ? null : Integer.valueOf(peer.toString().substring(1));
  }

  @Override
  public int id() {
    return id;
  }

  RaftGroupId groupId() {
    return groupId;
  }

  GroupStateMachine machine() {
    return machine;
  }

  /** How this node asks the others; shared by all groups. */
  PortServices services() {
    return (PortServices) server.getServerRpc();
  }

  Followers followers() {
    return followers;
  }

  /** Whoever brings entries from another node to this replica's log holds it meanwhile. */
  ReentrantLock appends() {
    return appends;
  }

  ClientId client() {
    return client;
  }

  long nextCall() {
    return calls.incrementAndGet();
  }

  void started(RaftServer.Division running) {
    division = running;
  }

  @Override
  public CompletableFuture<Void> propose(byte[] entry, @Nullable Object context) {
    if (leadership.notifying()) {
      throw new IllegalStateException("a state must not propose from within a call to it");
    }
    if (entry.length + RatisSettings.ENTRY_OVERHEAD_BYTES > limits.maxEntryBytes()) {
      return refused(
          "an entry of " + entry.length + " bytes exceeds the limit of " + limits.maxEntryBytes());
    }
    RaftServer.Division running = division;
    long epoch = leadership.epoch();
    if (running == null || epoch == 0) {
      return refused("this replica does not lead group " + id);
    }
    RaftClientRequest request =
        request(RaftClientRequest.writeRequestType(), LocalEntry.of(entry, context, epoch));
    CompletableFuture<Void> result = new CompletableFuture<>();
    submit(running, request)
        .whenComplete(
            (reply, failure) -> {
              if (failure == null && reply.isSuccess() && !closed) {
                result.complete(null);
              } else {
                proposalFailed(epoch);
                result.completeExceptionally(new NotProposedException(reason(reply, failure)));
              }
            });
    return result;
  }

  /**
   * Hands a request to the division on this thread. {@link RaftServer#submitClientRequestAsync}
   * would do the same on another thread and wait for it.
   */
  private static CompletableFuture<RaftClientReply> submit(
      RaftServer.Division running, RaftClientRequest request) {
    try {
      return ((RaftClientAsynchronousProtocol) running).submitClientRequestAsync(request);
    } catch (IOException | RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private RaftClientRequest request(RaftClientRequest.Type type, Message message) {
    return RaftClientRequest.newBuilder()
        .setClientId(client)
        .setServerId(server.getId())
        .setGroupId(groupId)
        .setCallId(nextCall())
        .setType(type)
        .setMessage(message)
        .build();
  }

  private static CompletableFuture<Void> refused(String reason) {
    return CompletableFuture.failedFuture(new NotProposedException(reason));
  }

  static String reason(@Nullable RaftClientReply reply, @Nullable Throwable failure) {
    Throwable cause = failure != null || reply == null ? failure : reply.getException();
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause == null ? "the group is closing" : firstLine(String.valueOf(cause.getMessage()));
  }

  /** Ratis puts whole stack traces into messages. */
  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }

  private void proposalFailed(long epoch) {
    long term = leadership.proposalFailed(epoch);
    if (term >= 0 && !closed) {
      resumeLater(term);
    }
  }

  /** Leadership may go on although proposals failed: then the state may begin afresh. */
  private void resumeLater(long term) {
    background.schedule(() -> resume(term), RESUME_DELAY_MS, TimeUnit.MILLISECONDS);
  }

  private void resume(long term) {
    RaftServer.Division running = division;
    if (closed || running == null) {
      return;
    }
    DivisionInfo info = running.getInfo();
    if (!info.isLeader() || info.getCurrentTerm() != term) {
      return;
    }
    if (transferring || !info.isLeaderReady()) {
      resumeLater(term);
    } else {
      leadership.ready(term);
    }
  }

  @Override
  public boolean leaseValid() {
    return leadership.epoch() != 0 && !transferring && followers.leaseValid(System.nanoTime());
  }

  @Override
  public void announceCommit() {
    RaftServer.Division running = division;
    if (running != null && leadership.epoch() != 0) {
      followers.announce(running.getRaftLog().getLastCommittedIndex());
    }
  }

  @Override
  public CompletableFuture<Void> readBarrier() {
    RaftServer.Division running = division;
    if (running == null) {
      return refused("group " + id + " is not started");
    }
    CompletableFuture<Void> result = new CompletableFuture<>();
    submit(running, request(RaftClientRequest.readRequestType(false, false, true), Message.EMPTY))
        .whenComplete(
            (reply, failure) -> {
              if (failure == null && reply.isSuccess()) {
                result.complete(null);
              } else {
                result.completeExceptionally(new NotProposedException(reason(reply, failure)));
              }
            });
    return result;
  }

  @Override
  public void takeSnapshot() {
    RaftServer.Division running = division;
    if (running != null && !closed) {
      taker.take(running);
    }
  }

  /** Calls the state for a snapshot; on a background thread. */
  CompletableFuture<Long> writeSnapshot(Path file, Path attachments) {
    stateLock.lock();
    try {
      return state.writeSnapshot(file, attachments);
    } finally {
      stateLock.unlock();
    }
  }

  long bytesApplied() {
    return bytesApplied.get();
  }

  /** A snapshot that covers the first {@code bytes} applied has become the latest. */
  void snapshotTaken(long bytes) {
    bytesAtSnapshot = Math.max(bytesAtSnapshot, bytes);
  }

  @Override
  public long bytesSinceSnapshot() {
    return Math.max(0, bytesApplied.get() - bytesAtSnapshot);
  }

  @Override
  public CompletableFuture<Void> transferLeadership(int toNode) {
    RaftServer.Division running = division;
    if (running == null || leadership.epoch() == 0) {
      return refused("this replica does not lead group " + id);
    }
    if (!members.contains(toNode)) {
      return refused("node " + toNode + " is not a member of group " + id + ": " + members);
    }
    if (peerId(toNode).equals(server.getId())) {
      return CompletableFuture.completedFuture(null);
    }
    transferring = true;
    CompletableFuture<Void> result = new CompletableFuture<>();
    transfer(toNode)
        .whenComplete(
            (reply, failure) -> {
              if (failure == null && reply.isSuccess()) {
                transferring = false;
                result.complete(null);
              } else {
                // The request to stand for election may still be on its way to the other.
                background.schedule(
                    () -> transferring = false,
                    RatisSettings.REQUEST_TIMEOUT_MS + PortServices.STALE_CHANNEL_MS,
                    TimeUnit.MILLISECONDS);
                result.completeExceptionally(new NotProposedException(reason(reply, failure)));
              }
            });
    return result;
  }

  private CompletableFuture<RaftClientReply> transfer(int toNode) {
    try {
      return server.transferLeadershipAsync(
          new TransferLeadershipRequest(
              client,
              server.getId(),
              groupId,
              nextCall(),
              peerId(toNode),
              RatisSettings.TRANSFER_TIMEOUT_MS));
    } catch (IOException | RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public ClusterStatus.Group status() {
    RaftServer.Division running = division;
    if (running == null || closed || !running.getInfo().getLifeCycleState().isRunning()) {
      return new ClusterStatus.Group(id, null, "NONE", 0, 0, 0, members);
    }
    DivisionInfo info = running.getInfo();
    return new ClusterStatus.Group(
        id,
        nodeOf(info.getLeaderId()),
        info.getCurrentRole().name(),
        info.getCurrentTerm(),
        running.getRaftLog().getLastCommittedIndex(),
        machine.getLastAppliedTermIndex().getIndex(),
        members);
  }

  @Override
  public long silenceMs(int node) {
    return leadership.epoch() == 0 ? Long.MAX_VALUE : followers.silenceMs(peerId(node));
  }

  CompletableFuture<Void> apply(
      long term, long index, ByteBuffer bytes, @Nullable LocalEntry local) {
    stateLock.lock();
    try {
      return leadership.apply(term, index, bytes, local);
    } finally {
      stateLock.unlock();
    }
  }

  void applied(int bytes) {
    bytesApplied.addAndGet(bytes);
  }

  void restore(@Nullable GroupSnapshot snapshot, TermIndex last) throws IOException {
    stateLock.lock();
    try {
      state.restore(
          snapshot == null ? null : snapshot.file(),
          snapshot == null ? null : snapshot.attachments(),
          last.getTerm(),
          last.getIndex());
      bytesAtSnapshot = bytesApplied.get();
    } finally {
      stateLock.unlock();
    }
  }

  LeaderPromise promise() {
    return promise;
  }

  /** The leader of {@code term} has asked this node, over the network, to stand for election. */
  void askedToStand(long term) {
    handover = new Handover(term + 1, System.nanoTime());
  }

  /**
   * Whether the leader of the term before has asked for it just now, and has no lease therefore.
   */
  private boolean handedOver(long term) {
    Handover asked = handover;
    return asked != null
        && asked.term() == term
        && System.nanoTime() - asked.nanos() < RatisSettings.TRANSFER_TIMEOUT_MS * 1_000_000L;
  }

  /**
   * This node is about to ask others for votes.
   *
   * @return whether the leader itself wants it
   * @throws IOException if it must not, or if its vote for itself cannot be made durable
   */
  boolean candidate(boolean preVote, long term) throws IOException {
    leadership.leaderChanged(null);
    if (preVote) {
      return false;
    }
    boolean handedOver = handedOver(term);
    synchronized (this) {
      if (term > votedTerm) {
        if (!promise.mayVote(term, handedOver, System.nanoTime())) {
          throw new IOException("no election while the leader lives");
        }
        forceLogDirectory();
        votedTerm = term;
      }
    }
    return handedOver;
  }

  long currentTerm() {
    RaftServer.Division running = division;
    return running == null ? 0 : running.getInfo().getCurrentTerm();
  }

  void logDirectory(Path path) {
    logDirectory = new LogDirectory(path);
  }

  void forceLogDirectory() throws IOException {
    LogDirectory directory = logDirectory;
    if (directory != null) {
      directory.force();
    }
  }

  void forceLogDirectoryIfChanged() throws IOException {
    LogDirectory directory = logDirectory;
    if (directory != null) {
      directory.forceIfChanged();
    }
  }

  void logFailed(Throwable cause) {
    if (!closed && failed.compareAndSet(false, true)) {
      log.error("group {}: the replica cannot go on: {}", id, cause.toString());
      state.onLogFailed(cause);
    }
  }

  void closing() {
    closed = true;
    machine.closing();
  }
}
