package io.quorate.raftqueue.raft.ratis;

import io.quorate.raftqueue.raft.ReplicatedState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;

/** What Ratis calls of a group, passed on to {@link ReplicatedState} and {@link RatisGroup}. */
final class GroupStateMachine extends BaseStateMachine {
  private final RatisGroup group;
  private final ReplicatedState state;
  private final Leadership leadership;
  private final SnapshotStore snapshots;

  /** Applications that the state has not taken in yet; so that closing never waits for them. */
  private final Set<CompletableFuture<Message>> applying = ConcurrentHashMap.newKeySet();

  private final AtomicReference<@Nullable GroupSnapshot> finished = new AtomicReference<>();

  /** The term of the last configuration entry; of those only Ratis's threads know. */
  private volatile long configurationTerm;

  private volatile boolean closing;

  /** Why this replica could not begin. */
  private volatile @Nullable Throwable startFailure;

  GroupStateMachine(
      RatisGroup group, ReplicatedState state, Leadership leadership, SnapshotStore snapshots) {
    this.group = group;
    this.state = state;
    this.leadership = leadership;
    this.snapshots = snapshots;
  }

  @Override
  public void initialize(RaftServer server, RaftGroupId groupId, RaftStorage storage)
      throws IOException {
    getLifeCycle()
        .startAndTransition(
            () -> {
              super.initialize(server, groupId, storage);
              group.started(server.getDivision(groupId));
              group.logDirectory(storage.getStorageDir().getCurrentDir().toPath());
              begin(storage);
            },
            IOException.class);
  }

  private void begin(RaftStorage storage) throws IOException {
    try {
      snapshots.init(storage);
      restore();
    } catch (IOException | RuntimeException e) {
      startFailure = e;
      throw e;
    }
  }

  @Override
  public SnapshotStore getStateMachineStorage() {
    return snapshots;
  }

  @Override
  public @Nullable GroupSnapshot getLatestSnapshot() {
    return snapshots.getLatestSnapshot();
  }

  private void restore() throws IOException {
    GroupSnapshot latest = snapshots.getLatestSnapshot();
    TermIndex last = latest == null ? TermIndex.INITIAL_VALUE : latest.getTermIndex();
    group.restore(latest, last);
    setLastAppliedTermIndex(last);
  }

  /** A snapshot has been received and is about to replace the state. */
  @Override
  public void pause() {
    if (getLifeCycleState() == LifeCycle.State.PAUSED) {
      return;
    }
    getLifeCycle().transition(LifeCycle.State.PAUSING);
    getLifeCycle().transition(LifeCycle.State.PAUSED);
    try {
      snapshots.forceReceived();
    } catch (IOException e) {
      logFailed(e);
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void reinitialize() throws IOException {
    snapshots.installed();
    restore();
    if (getLifeCycleState() == LifeCycle.State.PAUSED) {
      getLifeCycle().transition(LifeCycle.State.STARTING);
      getLifeCycle().transition(LifeCycle.State.RUNNING);
    }
  }

  @Override
  public TransactionContext startTransaction(RaftClientRequest request) throws IOException {
    if (!(request.getMessage() instanceof LocalEntry)) {
      throw new IOException("entries are proposed by the leader itself only");
    }
    return TransactionContext.newBuilder()
        .setStateMachine(this)
        .setClientRequest(request)
        .setLogData(request.getMessage().getContent())
        .setStateMachineContext(request.getMessage())
        .build();
  }

  @Override
  public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
    LogEntryProto entry = transaction.getLogEntry();
    ByteBuffer bytes = EntryBytes.of(entry.getStateMachineLogEntry().getLogData());
    int size = bytes.remaining();
    LocalEntry local = transaction.getStateMachineContext() instanceof LocalEntry own ? own : null;
    CompletableFuture<Message> result = new CompletableFuture<>();
    CompletableFuture<Void> taken;
    try {
      taken = group.apply(entry.getTerm(), entry.getIndex(), bytes, local);
    } catch (RuntimeException | Error e) {
      logFailed(e);
      throw e;
    }
    updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
    group.applied(size);
    if (taken.isDone() && !taken.isCompletedExceptionally()) {
      return CompletableFuture.completedFuture(Message.EMPTY);
    }
    applying.add(result);
    if (closing) {
      release();
    }
    taken.whenComplete(
        (done, failure) -> {
          applying.remove(result);
          if (failure != null) {
            logFailed(failure);
            result.completeExceptionally(failure);
          } else {
            result.complete(Message.EMPTY);
          }
        });
    return result;
  }

  /** A snapshot file is complete: {@link #takeSnapshot} is to hand it to Ratis. */
  void finished(GroupSnapshot info) {
    finished.set(info);
  }

  /** Never less than before: Ratis ends a group whose snapshots go back. */
  @Override
  public long takeSnapshot() {
    GroupSnapshot info = finished.getAndSet(null);
    return info == null ? RaftLog.INVALID_LOG_INDEX : snapshots.publish(info).getIndex();
  }

  /** Called by the thread that writes the log, after writing and before forcing it. */
  @Override
  public CompletableFuture<Void> flush(long logIndex) {
    try {
      group.forceLogDirectoryIfChanged();
      return CompletableFuture.completedFuture(null);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public void notifyConfigurationChanged(long term, long index, RaftConfigurationProto config) {
    configurationTerm = term;
  }

  @Override
  public void notifyLeaderReady() {
    leadership.ready(configurationTerm);
  }

  @Override
  public void notifyNotLeader(Collection<TransactionContext> pending) {
    leadership.lost(group.currentTerm());
  }

  @Override
  public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId leader) {
    leadership.leaderChanged(RatisGroup.nodeOf(leader));
  }

  @Override
  public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto entry) {
    logFailed(cause);
  }

  private void logFailed(Throwable cause) {
    if (!closing) {
      group.logFailed(cause);
    }
  }

  /** The node closes: what still waits for the state is waited for no longer. */
  void closing() {
    closing = true;
    release();
  }

  private void release() {
    for (CompletableFuture<Message> result : applying) {
      result.complete(Message.EMPTY);
    }
  }

  @Override
  public void close() {
    // Ratis closes a group by itself when a thread of it fails.
    Throwable known = startFailure;
    logFailed(
        known == null
            ? new IOException("the group has stopped after an internal error; see the log above")
            : known);
  }
}
