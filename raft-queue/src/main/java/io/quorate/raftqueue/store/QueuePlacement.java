package io.quorate.raftqueue.store;

import io.quorate.raftqueue.raft.RaftGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Which shard a new queue goes to. Thread-safe. */
final class QueuePlacement {

  private final int node;
  private final Map<Integer, List<Integer>> members;
  private final LeaderDirectory leaders;
  private final AtomicInteger turns = new AtomicInteger();

  QueuePlacement(StoreConfig config, LeaderDirectory leaders) {
    this.node = config.nodeId();
    this.members = config.groups();
    this.leaders = leaders;
  }

  /**
   * A shard, in turn.
   *
   * @param balanced of all shards; else of those that belong here: their first member is this node,
   *     so that it will lead them for most of the time even if another does now. Where there is
   *     none, of those that it leads; where it leads none, of all
   */
  int place(boolean balanced) {
    List<Integer> shards = new ArrayList<>();
    if (!balanced) {
      members.forEach((shard, nodes) -> addIf(shards, shard, nodes.get(0) == node));
    }
    if (shards.isEmpty() && !balanced) {
      members.keySet().forEach(shard -> addIf(shards, shard, leads(shard)));
    }
    if (shards.isEmpty()) {
      members.keySet().forEach(shard -> addIf(shards, shard, true));
    }
    return shards.get((turns.getAndIncrement() & Integer.MAX_VALUE) % shards.size());
  }

  private static void addIf(List<Integer> shards, int shard, boolean fits) {
    if (fits && shard != RaftGroup.METADATA) {
      shards.add(shard);
    }
  }

  private boolean leads(int shard) {
    LeaderDirectory.Leader leader = leaders.leader(shard);
    return leader != null && leader.node() == node;
  }
}
