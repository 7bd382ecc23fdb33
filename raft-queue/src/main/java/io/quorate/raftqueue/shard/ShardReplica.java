package io.quorate.raftqueue.shard;

import com.google.protobuf.CodedInputStream;
import io.quorate.link.v1.ToShard;
import io.quorate.log.v1.Batch;
import io.quorate.log.v1.StoredMessage;
import io.quorate.raftqueue.queue.Effects;
import io.quorate.raftqueue.queue.ShardSnapshot;
import io.quorate.raftqueue.queue.ShardState;
import io.quorate.raftqueue.raft.RaftGroup;
import io.quorate.raftqueue.raft.ReplicatedState;
import io.quorate.raftqueue.raft.SnapshotAbandonedException;
import io.quorate.raftqueue.shard.BatchPipeline.Proposal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One node's replica of a shard: takes in committed entries, and leads while the group says so (see
 * {@link ShardLeadership}).
 *
 * <p>Calls from any thread; the work is done on the loop.
 */
public final class ShardReplica implements ReplicatedState {

  private final int shard;
  private final Loop loop;
  private final Consumer<Throwable> onLogFailed;
  private final ShardLeadership leadership;
  private final DefinitionsWait definitions;
  private final ShardPaging paging;
  private final ShardSnapshots snapshots;
  private final ReplicaMessages others;

  /** Pages that could not be read since the start. */
  private final AtomicLong damages = new AtomicLong();

  private final AtomicLong checkedBytes = new AtomicLong();

  // On the loop.
  private @Nullable RaftGroup group;
  private ShardState state;
  private ShardRepair repair;
  private long appliedIndex = -1;
  private StateDigest digest = StateDigest.NONE;

  /** A snapshot that is to be captured once its messages are in pages. */
  private @Nullable CompletableFuture<Long> preparing;

  /** Something happened after which the state cannot be trusted: it does nothing any more. */
  private boolean failed;

  private volatile StateFigures figures = StateFigures.NONE;

  /**
   * @param pageBudget of all replicas on this node
   * @param pages where messages go
   * @param others the shard's other replicas
   * @param onLogFailed told when this replica cannot go on
   */
  public ShardReplica(
      int shard,
      Loop loop,
      Executor snapshotWriter,
      QueueCatalog catalog,
      Supplier<Set<Integer>> connectedFrontends,
      LeadershipListener listener,
      ShardSettings settings,
      PageBudget pageBudget,
      PageFactory pages,
      ReplicaMessages others,
      Consumer<Throwable> onLogFailed) {
    this.shard = shard;
    this.loop = loop;
    this.onLogFailed = onLogFailed;
    this.leadership =
        new ShardLeadership(shard, loop, catalog, connectedFrontends, listener, settings);
    this.definitions = new DefinitionsWait(loop, catalog, this::lookAtDefinitions);
    this.paging = new ShardPaging(loop, pageBudget, pages);
    this.snapshots = new ShardSnapshots(snapshotWriter, paging, settings.snapshotBytes());
    this.others = others;
    this.state = new ShardState(paging.newPages(null));
    this.repair = new ShardRepair(shard, loop, others, state, damages::incrementAndGet);
    loop.afterBurst(this::endOfTurn);
  }

  /** Tells the replica its group; once, before the group starts. */
  public void join(RaftGroup group) {
    loop.execute(
        () -> {
          this.group = group;
          leadership.join(group);
        });
  }

  public Loop loop() {
    return loop;
  }

  /** As of the last turn. */
  public StateFigures figures() {
    return figures;
  }

  /** Pages that could not be read since the start, repaired or not. */
  public long damages() {
    return damages.get();
  }

  /** Bodies are to be paged out if this replica has more than its part; any thread. */
  public void relieveMemory() {
    if (paging.shouldTurn(figures.loadedBytes())) {
      turn();
    }
  }

  /** Has what is due at the end of a turn done, on a shard that may have nothing else to do. */
  public void turn() {
    loop.execute(() -> {});
  }

  /** Has so many bytes of pages checked, if there are any; any thread. */
  public void checkPages(long bytes) {
    if (figures.pagedMessages() > 0) {
      loop.execute(() -> checkedBytes.addAndGet(state.checkPages(bytes)));
    }
  }

  /** Bytes of pages of which a check has begun since the start. */
  public long checkedBytes() {
    return checkedBytes.get();
  }

  /** Deletes the pages; after the loop has ended. */
  public void close() {
    state.pages().close();
  }

  // ---- frontends

  /** A frontend's message; ignored while this replica does not lead. Any thread. */
  public void receive(ToShard message, FrontendPort port) {
    loop.executeSoon(() -> receiveOnLoop(message, port));
  }

  /** As {@link #receive}, on the loop's own thread. */
  public void receiveOnLoop(ToShard message, FrontendPort port) {
    ShardLeader leader = leadership.leader();
    if (leader != null) {
      leader.receive(message, port);
    }
  }

  /** A port that was full has room again: the turn that follows goes on with its deliveries. */
  public void portHasRoom() {
    loop.execute(() -> {});
  }

  public void portClosed(FrontendPort port) {
    whileLeading(leader -> leader.portClosed(port));
  }

  /** Nothing is delivered from now on, until {@link #resumeDelivery} or the next leadership. */
  public CompletableFuture<Void> suspendDelivery() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          ShardLeader leader = leadership.leader();
          if (leader != null) {
            leader.suspendDelivery(true);
          }
          done.complete(null);
        });
    return done;
  }

  public void resumeDelivery() {
    whileLeading(leader -> leader.suspendDelivery(false));
  }

  private void whileLeading(Consumer<ShardLeader> task) {
    loop.execute(
        () -> {
          ShardLeader leader = leadership.leader();
          if (leader != null) {
            task.accept(leader);
          }
        });
  }

  // ---- definitions

  public void definitionsChanged() {
    definitions.definitionsChanged();
  }

  private void lookAtDefinitions() {
    ShardLeader leader = leadership.leader();
    if (leader != null) {
      leader.definitionsChanged();
    }
  }

  public void queueRemoved(long queueId) {
    whileLeading(leader -> leader.queueRemoved(queueId));
  }

  /**
   * Drops what is no longer defined, if this replica leads: a snapshot has replaced the
   * definitions.
   */
  public void removeUndefinedQueues() {
    whileLeading(ShardLeader::removeUndefinedQueues);
  }

  // ---- the group

  @Override
  public CompletableFuture<Void> apply(
      long term, long index, ByteBuffer entry, @Nullable Object context) {
    Proposal own = context instanceof Proposal proposal ? proposal : null;
    Batch batch = own == null ? parse(entry) : own.batch();
    BatchPipeline proposer = own == null ? null : own.pipeline();
    CompletableFuture<Void> done = new CompletableFuture<>();
    loop.awaitRoom();
    ShardLeadership.Beginning first =
        context instanceof ShardLeadership.Beginning begun ? begun : null;
    loop.execute(() -> applyOnLoop(index, batch, proposer, first, done));
    return done;
  }

  private static Batch parse(ByteBuffer entry) {
    try {
      return Batch.parseFrom(CodedInputStream.newInstance(entry));
    } catch (IOException e) {
      throw new UncheckedIOException("an entry of the log cannot be read", e);
    }
  }

  private void applyOnLoop(
      long index,
      Batch batch,
      @Nullable BatchPipeline proposer,
      ShardLeadership.@Nullable Beginning first,
      CompletableFuture<Void> done) {
    if (failed) {
      done.completeExceptionally(hasFailed());
      return;
    }
    try {
      digest = digest.before(index, appliedIndex, state);
      ShardLeader leader = leadership.leader();
      if (leader != null) {
        leader.apply(batch, proposer);
      } else {
        state.apply(batch, Effects.NONE);
      }
      appliedIndex = index;
      done.complete(null);
      leadership.applied(first, state);
    } catch (RuntimeException | Error e) {
      done.completeExceptionally(e);
      fail(e);
    }
  }

  private IllegalStateException hasFailed() {
    return new IllegalStateException("this replica of shard " + shard + " has failed");
  }

  private void fail(Throwable cause) {
    failed = true;
    onLogFailed.accept(cause);
  }

  @Override
  public void onLeaderReady(long term) {
    leadership.onLeaderReady(term);
  }

  @Override
  public void onLeadershipLost() {
    leadership.onLeadershipLost();
  }

  @Override
  public void onLeaderChanged(@Nullable Integer leaderNode) {}

  @Override
  public void onLogFailed(Throwable cause) {
    onLogFailed.accept(cause);
  }

  // ---- other replicas

  /**
   * What this replica has of a queue, for another that cannot read it; as many as fit into one
   * answer.
   */
  public CompletableFuture<Map<Long, StoredMessage>> messages(long queueId, List<Long> positions) {
    CompletableFuture<Map<Long, StoredMessage>> found = new CompletableFuture<>();
    loop.execute(
        () ->
            new MessageCollector(state, queueId, positions.iterator(), found::complete).collect());
    return found;
  }

  // ---- snapshots

  @Override
  public CompletableFuture<Long> writeSnapshot(Path file, Path attachments) {
    CompletableFuture<Long> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          if (failed) {
            done.completeExceptionally(hasFailed());
            return;
          }
          preparing = done;
          orFail(
              done, () -> paging.writeForSnapshot(state, () -> capture(file, attachments, done)));
        });
    return done;
  }

  /** The state that it was to be of is replaced. */
  private void abandonSnapshot() {
    CompletableFuture<Long> under = preparing;
    if (under != null) {
      preparing = null;
      under.completeExceptionally(new SnapshotAbandonedException());
    }
  }

  private void capture(Path file, Path attachments, CompletableFuture<Long> done) {
    if (preparing != done) {
      return; // abandoned
    }
    preparing = null;
    if (failed) {
      done.completeExceptionally(hasFailed());
      return;
    }
    orFail(
        done,
        () ->
            snapshots.write(
                ShardSnapshot.capture(state, appliedIndex),
                file,
                attachments,
                done,
                notForced -> loop.execute(() -> fail(notForced))));
  }

  /** Whoever waits has to be told, whatever happens. */
  private static void orFail(CompletableFuture<?> done, Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      done.completeExceptionally(e);
      throw e;
    }
  }

  @Override
  public void restore(@Nullable Path file, @Nullable Path attachments, long term, long index)
      throws IOException {
    ShardSnapshots.Restored restored = snapshots.read(file, attachments);
    CompletableFuture<Void> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          leadership.stop();
          abandonSnapshot();
          state.pages().close();
          repair.stop();
          state = restored.state();
          repair = new ShardRepair(shard, loop, others, restored.state(), damages::incrementAndGet);
          restored.restoring().end();
          appliedIndex = index;
          digest = StateDigest.NONE;
          done.complete(null);
        });
    done.join();
  }

  private void endOfTurn() {
    if (failed) {
      return;
    }
    ShardLeader leader = leadership.leader();
    if (leader != null) {
      leader.endOfTurn();
    }
    definitions.endOfTurn(leader != null && leader.awaitsDefinitions());
    paging.endOfTurn(state);
    figures = StateFigures.of(state, repair, digest);
    RaftGroup current = group;
    if (current != null && snapshots.isDue(current, state)) {
      current.takeSnapshot();
    }
  }
}
