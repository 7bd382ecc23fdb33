package io.quorate.raftqueue.shard;

import io.quorate.log.v1.Batch;
import io.quorate.raftqueue.queue.ShardState;
import io.quorate.raftqueue.raft.Epochs;
import io.quorate.raftqueue.raft.RaftGroup;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a replica leads.
 *
 * <pre>
 *   following --onLeaderReady--> beginning --its own entry applied--> leading
 *       ^-------------------------- onLeadershipLost ------------------'
 * </pre>
 *
 * A leadership begins with an empty entry of its own: when that is applied, so is all that this
 * replica proposed in an earlier leadership, also one of the same term, or it never will be.
 *
 * <p>Invariant: of two leaderships the earlier is stopped before the later begins, and one that the
 * group has said to be over knows that at once, before the loop has come to it. The group's notices
 * come on any thread; the rest is on the loop.
 */
final class ShardLeadership {

  private static final Logger LOG = LoggerFactory.getLogger(ShardLeadership.class);

  /**
   * A leadership whose first entry is not applied yet; that entry's context.
   *
   * @param losses how many leaderships were over when it began
   */
  record Beginning(long term, long losses) {}

  private final int shard;
  private final Loop loop;
  private final QueueCatalog catalog;
  private final Supplier<Set<Integer>> connectedFrontends;
  private final LeadershipListener listener;
  private final ShardSettings settings;

  /** Leaderships that the group has said to be over. */
  private final AtomicLong losses = new AtomicLong();

  // On the loop.
  private @Nullable RaftGroup group;
  private @Nullable ShardLeader leader;
  private @Nullable Beginning beginning;
  private long epoch;

  ShardLeadership(
      int shard,
      Loop loop,
      QueueCatalog catalog,
      Supplier<Set<Integer>> connectedFrontends,
      LeadershipListener listener,
      ShardSettings settings) {
    this.shard = shard;
    this.loop = loop;
    this.catalog = catalog;
    this.connectedFrontends = connectedFrontends;
    this.listener = listener;
    this.settings = settings;
  }

  // ---- the group's notices

  void onLeaderReady(long term) {
    Beginning fresh = new Beginning(term, losses.get());
    loop.execute(() -> begin(fresh));
  }

  void onLeadershipLost() {
    losses.incrementAndGet();
    loop.execute(this::stop);
  }

  // ---- on the loop

  void join(RaftGroup group) {
    this.group = group;
  }

  /** What this replica does while it leads; null while it does not. */
  @Nullable ShardLeader leader() {
    return leader;
  }

  private void begin(Beginning fresh) {
    stop();
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

  /**
   * An entry has been applied to the state.
   *
   * @param first the leadership that begins with it
   */
  void applied(@Nullable Beginning first, ShardState state) {
    if (first != null && first == beginning) {
      lead(first, state);
    }
  }

  private void lead(Beginning begun, ShardState state) {
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
    fresh.removeUndefinedQueues();
    fresh.deleteClosedQueues();
    LOG.info("shard {}: this node leads (term {})", shard, begun.term());
    listener.leading(shard, epoch);
  }

  void stop() {
    beginning = null;
    ShardLeader old = leader;
    if (old != null) {
      leader = null;
      LOG.info("shard {}: this node no longer leads", shard);
      old.stop();
      listener.notLeading(shard, epoch);
    }
  }
}
