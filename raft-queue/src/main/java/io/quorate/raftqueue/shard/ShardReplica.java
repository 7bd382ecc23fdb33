package io.quorate.raftqueue.shard;

import com.google.protobuf.CodedInputStream;
import io.quorate.link.v1.ToShard;
import io.quorate.log.v1.Batch;
import io.quorate.log.v1.StoredMessage;
import io.quorate.raftqueue.queue.Effects;
import io.quorate.raftqueue.queue.Pages;
import io.quorate.raftqueue.queue.ShardSnapshot;
import io.quorate.raftqueue.queue.ShardState;
import io.quorate.raftqueue.raft.Epochs;
import io.quorate.raftqueue.raft.RaftGroup;
import io.quorate.raftqueue.raft.ReplicatedState;
import io.quorate.raftqueue.shard.BatchPipeline.Proposal;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node's replica of a shard: takes in committed entries, and leads while the group says so.
 *
 * <pre>
 *   following --onLeaderReady--> beginning --its own entry applied--> leading
 *       ^-------------------------- onLeadershipLost ------------------'
 * </pre>
 *
 * A leadership begins with an empty entry of its own: when that is applied, so is all that this
 * replica proposed in an earlier leadership, also one of the same term, or it never will be.
 *
 * <p>Calls from any thread; the work is done on the loop.
 */
public final class ShardReplica implements ReplicatedState {

  private static final Logger LOG = LoggerFactory.getLogger(ShardReplica.class);

  /** Told when this replica begins or ends to lead. */
  public interface LeadershipListener {

    /** {@code epoch} rises with every leadership of the shard, on whatever replica. */
    void leading(int shard, long epoch);

    void notLeading(int shard, long epoch);
  }

  /**
   * How large the state is.
   *
   * @param residentBytes what messages take in memory
   * @param loadedBytes of that, bodies that could be paged out
   * @param pagedBytes bytes of the messages that are paged
   * @param pagedMessages how many these are
   * @param pageFiles files they are in
   * @param damagedPages pages that cannot be read and wait for their repair
   */
  public record StateFigures(
      long residentBytes,
      long loadedBytes,
      long pagedBytes,
      long pagedMessages,
      int pageFiles,
      int damagedPages) {}

  /** Files that are kept for snapshots only may have so many times the log bytes of a snapshot. */
  private static final int HELD_FACTOR = 4;

  private final int shard;
  private final Loop loop;
  private final Executor snapshotWriter;
  private final QueueCatalog catalog;
  private final Supplier<Set<Integer>> connectedFrontends;
  private final LeadershipListener listener;
  private final ShardSettings settings;
  private final Consumer<Throwable> onLogFailed;
  private @Nullable RaftGroup group;
  private final ShardPaging paging;
  private final ReplicaMessages others;
  private ShardState state;
  private ShardRepair repair;
  private @Nullable ShardLeader leader;
  private @Nullable Beginning beginning;

  /** Pages that could not be read since the start. */
  private final AtomicLong damages = new AtomicLong();

  private final AtomicLong checkedBytes = new AtomicLong();

  /** Leaderships that the group has said to be over. */
  private final AtomicLong losses = new AtomicLong();

  /**
   * A leadership whose first entry is not applied yet; that entry's context.
   *
   * @param losses how many leaderships were over when it began
   */
  private record Beginning(long term, long losses) {}

  private long appliedIndex = -1;
  private long epoch;

  /** Something happened after which the state cannot be trusted: it does nothing any more. */
  private boolean failed;

  /** Whether an operation or request waits for a queue that this node has not heard of. */
  private volatile boolean awaitsDefinitions;

  /** The last queue this node knew of when what waits was last tried again. */
  private long lastQueueIdTried = -1;

  private volatile StateFigures figures = new StateFigures(0, 0, 0, 0, 0, 0);

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
    this.snapshotWriter = snapshotWriter;
    this.catalog = catalog;
    this.connectedFrontends = connectedFrontends;
    this.listener = listener;
    this.settings = settings;
    this.onLogFailed = onLogFailed;
    this.paging = new ShardPaging(loop, pageBudget, pages);
    this.others = others;
    this.state = new ShardState(paging.newPages(null));
    this.repair = new ShardRepair(shard, loop, others, state, damages::incrementAndGet);
    loop.afterBurst(this::endOfTurn);
  }

  /** Tells the replica its group; once, before the group starts. */
  public void join(RaftGroup group) {
    loop.execute(() -> this.group = group);
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
      loop.execute(() -> {});
    }
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
    if (leader != null) {
      leader.receive(message, port);
    }
  }

  /** A port that was full has room again: the turn that follows goes on with its deliveries. */
  public void portHasRoom() {
    loop.execute(() -> {});
  }

  public void portClosed(FrontendPort port) {
    loop.execute(
        () -> {
          if (leader != null) {
            leader.portClosed(port);
          }
        });
  }

  /** Nothing is delivered from now on, until {@link #resumeDelivery} or the next leadership. */
  public CompletableFuture<Void> suspendDelivery() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          if (leader != null) {
            leader.suspendDelivery(true);
          }
          done.complete(null);
        });
    return done;
  }

  public void resumeDelivery() {
    loop.execute(
        () -> {
          if (leader != null) {
            leader.suspendDelivery(false);
          }
        });
  }

  // ---- definitions

  public void definitionsChanged() {
    if (awaitsDefinitions) { // else nobody needs the loop to wake
      loop.execute(this::lookAtDefinitions);
    }
  }

  private void lookAtDefinitions() {
    if (leader != null) {
      leader.definitionsChanged();
    }
  }

  /**
   * Says whether something waits for definitions, then looks whether they have changed meanwhile:
   * in this order none is missed.
   */
  private void noteWhatAwaitsDefinitions() {
    boolean awaits = leader != null && leader.awaitsDefinitions();
    awaitsDefinitions = awaits;
    long lastQueueId = awaits ? catalog.lastQueueId() : 0;
    if (awaits && lastQueueId != lastQueueIdTried) {
      lastQueueIdTried = lastQueueId;
      loop.execute(this::lookAtDefinitions);
    }
  }

  public void queueRemoved(long queueId) {
    loop.execute(
        () -> {
          if (leader != null) {
            leader.queueRemoved(queueId);
          }
        });
  }

  /**
   * Drops what is no longer defined, if this replica leads: a snapshot has replaced the
   * definitions.
   */
  public void removeUndefinedQueues() {
    loop.execute(
        () -> {
          if (leader != null) {
            removeUndefinedQueues(leader);
          }
        });
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
    Beginning first = context instanceof Beginning begun ? begun : null;
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
      @Nullable Beginning first,
      CompletableFuture<Void> done) {
    if (failed) {
      done.completeExceptionally(hasFailed());
      return;
    }
    try {
      if (leader != null) {
        leader.apply(batch, proposer);
      } else {
        state.apply(batch, Effects.NONE);
      }
      appliedIndex = index;
      done.complete(null);
      if (first != null && first == beginning) {
        lead(first);
      }
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
    Beginning fresh = new Beginning(term, losses.get());
    loop.execute(() -> begin(fresh));
  }

  private void begin(Beginning fresh) {
    stopLeading();
    RaftGroup current = group;
    if (current != null && isCurrent(fresh)) {
      beginning = fresh;
      // A failure is told by onLeadershipLost.
      current.propose(
          Batch.newBuilder().setVersion(ShardState.FORMAT_VERSION).build().toByteArray(), fresh);
    }
  }

  private boolean isCurrent(Beginning leadership) {
    return losses.get() == leadership.losses();
  }

  private void lead(Beginning begun) {
    RaftGroup current = group;
    if (current == null) {
      return;
    }
    beginning = null;
    epoch = Epochs.next(begun.term(), epoch);
    ShardLeader fresh =
        new ShardLeader(
            shard,
            state,
            current,
            loop,
            catalog,
            connectedFrontends.get(),
            settings,
            () -> isCurrent(begun));
    leader = fresh;
    removeUndefinedQueues(fresh);
    fresh.deleteClosedQueues();
    LOG.info("shard {}: this node leads (term {})", shard, begun.term());
    listener.leading(shard, epoch);
  }

  /** Queues whose deletion was never told to the shard, because a node died in between. */
  private void removeUndefinedQueues(ShardLeader fresh) {
    state.queues().stream()
        .map(queue -> queue.id())
        .filter(id -> !catalog.exists(id) && id <= catalog.lastQueueId())
        .toList()
        .forEach(fresh::queueRemoved);
  }

  @Override
  public void onLeadershipLost() {
    losses.incrementAndGet();
    loop.execute(this::stopLeading);
  }

  private void stopLeading() {
    beginning = null;
    ShardLeader old = leader;
    if (old != null) {
      leader = null;
      LOG.info("shard {}: this node no longer leads", shard);
      old.stop();
      listener.notLeading(shard, epoch);
    }
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
          ShardSnapshot snapshot = ShardSnapshot.capture(state, appliedIndex);
          try {
            snapshotWriter.execute(() -> write(snapshot, file, attachments, done));
          } catch (RejectedExecutionException e) { // the node stops
            snapshot.close();
            done.completeExceptionally(e);
          }
        });
    return done;
  }

  private void write(
      ShardSnapshot snapshot, Path file, Path attachments, CompletableFuture<Long> done) {
    try (snapshot) {
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
        snapshot.write(out);
      }
      snapshot.attach(attachments.toString());
    } catch (Pages.NotForcedException e) {
      done.completeExceptionally(e);
      loop.execute(() -> fail(e));
      return;
    } catch (IOException | RuntimeException | Error e) {
      done.completeExceptionally(e);
      return;
    }
    done.complete(snapshot.appliedIndex());
  }

  @Override
  public void restore(@Nullable Path file, @Nullable Path attachments, long term, long index)
      throws IOException {
    Pages pages = paging.newPages(attachments);
    ShardPaging.Restoring restoring = paging.restoring();
    ShardState restored;
    if (file == null) {
      restored = new ShardState(pages);
    } else {
      try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
        restored = ShardSnapshot.read(in, pages, restoring::progress);
      } catch (IOException | RuntimeException e) {
        restoring.end();
        pages.close();
        throw e;
      }
    }
    CompletableFuture<Void> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          stopLeading();
          state.pages().close();
          repair.stop();
          state = restored;
          repair = new ShardRepair(shard, loop, others, restored, damages::incrementAndGet);
          restoring.end();
          appliedIndex = index;
          done.complete(null);
        });
    done.join();
  }

  private void endOfTurn() {
    if (failed) {
      return;
    }
    if (leader != null) {
      leader.endOfTurn();
    }
    noteWhatAwaitsDefinitions();
    paging.endOfTurn(state);
    figures =
        new StateFigures(
            state.residentBytes(),
            state.loadedBytes(),
            state.pagedBytes(),
            state.pagedMessages(),
            state.pages().files(),
            repair.waiting());
    RaftGroup current = group;
    if (current != null && snapshotIsDue(current)) {
      current.takeSnapshot();
    }
  }

  /**
   * When the log since the last one is as long as what a snapshot has to write, which is what is
   * only in memory; or when much space waits for it.
   */
  private boolean snapshotIsDue(RaftGroup current) {
    long least = settings.snapshotBytes();
    return current.bytesSinceSnapshot() > Math.max(least, state.loadedBytes())
        || state.pages().heldBytes() > Math.max(HELD_FACTOR * least, state.pages().liveBytes() / 4);
  }
}
