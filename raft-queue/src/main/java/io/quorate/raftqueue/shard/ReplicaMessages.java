package io.quorate.raftqueue.shard;

import io.quorate.log.v1.StoredMessage;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The way to the other replicas of a shard, for messages that cannot be read here. */
public interface ReplicaMessages {

  /**
   * Asks another replica for messages of a queue. What is at a position is the same on all
   * replicas, as long as it is there.
   *
   * @param attempt rises with each call: the next replica in turn is asked
   * @return by position, what that replica has and could send at once; fails if it does not answer
   */
  CompletableFuture<Map<Long, StoredMessage>> fetch(
      int shard, long queueId, List<Long> positions, int attempt);

  /** There are no others. */
  ReplicaMessages NONE =
      (shard, queue, positions, attempt) -> CompletableFuture.completedFuture(Map.of());
}
