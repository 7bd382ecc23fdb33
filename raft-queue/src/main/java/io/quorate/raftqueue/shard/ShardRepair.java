package io.quorate.raftqueue.shard;

import io.quorate.log.v1.StoredMessage;
import io.quorate.raftqueue.queue.ShardState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets what cannot be read from a page from another replica: asks them in turn, and tries the page
 * again in between, until all of it is there or nobody needs it any more. What waits for it, waits.
 * Loop thread only.
 */
final class ShardRepair implements ShardState.DamageListener {

  private static final Logger LOG = LoggerFactory.getLogger(ShardRepair.class);

  private static final long RETRY_MS = 500;

  private record Piece(long queueId, long first) {}

  private static final class Repair {
    final Map<Long, StoredMessage> found = new HashMap<>();
    List<Long> missing;
    int attempts;

    Repair(List<Long> missing) {
      this.missing = missing;
    }
  }

  private final int shard;
  private final Loop loop;
  private final ReplicaMessages others;
  private final ShardState state;
  private final Runnable onDamage;
  private final Map<Piece, Repair> repairs = new HashMap<>();
  private boolean stopped;

  /**
   * @param onDamage told of each page that cannot be read
   */
  ShardRepair(int shard, Loop loop, ReplicaMessages others, ShardState state, Runnable onDamage) {
    this.shard = shard;
    this.loop = loop;
    this.others = others;
    this.state = state;
    this.onDamage = onDamage;
    state.onDamage(this);
  }

  /** Pieces that wait for their repair. */
  int waiting() {
    return repairs.size();
  }

  /** The state is no longer in use. */
  void stop() {
    stopped = true;
    repairs.clear();
  }

  @Override
  public void damaged(long queueId, long first, List<Long> positions, String failure) {
    Piece piece = new Piece(queueId, first);
    if (stopped || repairs.containsKey(piece)) {
      return;
    }
    LOG.error(
        "shard {}: {} messages of queue {} from {} on cannot be read: {}; they wait until another"
            + " replica has sent them",
        shard,
        positions.size(),
        queueId,
        first,
        failure);
    Repair repair = new Repair(positions);
    repairs.put(piece, repair);
    onDamage.run();
    ask(piece, repair);
  }

  private void ask(Piece piece, Repair repair) {
    others
        .fetch(shard, piece.queueId(), repair.missing, repair.attempts++)
        .whenComplete((messages, failure) -> loop.execute(() -> answered(piece, repair, messages)));
  }

  private void answered(Piece piece, Repair repair, @Nullable Map<Long, StoredMessage> messages) {
    if (repairs.get(piece) != repair) {
      return;
    }
    boolean any = messages != null && !messages.isEmpty();
    if (messages != null) {
      repair.found.putAll(messages);
    }
    if (isDone(piece, repair)) {
      return;
    }
    if (any) {
      ask(piece, repair); // for the rest
    } else {
      loop.schedule(() -> again(piece, repair), RETRY_MS);
    }
  }

  private boolean isDone(Piece piece, Repair repair) {
    repair.missing = state.repair(piece.queueId(), piece.first(), repair.found);
    if (!repair.missing.isEmpty()) {
      return false;
    }
    repairs.remove(piece);
    LOG.info(
        "shard {}: messages of queue {} from {} on are whole again",
        shard,
        piece.queueId(),
        piece.first());
    return true;
  }

  private void again(Piece piece, Repair repair) {
    if (repairs.get(piece) != repair || isDone(piece, repair)) {
      return;
    }
    if (repair.attempts % 2 == 1) {
      repair.attempts++;
      state.retryDamaged(piece.queueId(), piece.first());
      loop.schedule(() -> again(piece, repair), RETRY_MS);
    } else {
      ask(piece, repair);
    }
  }
}
