package io.quorate.raftqueue.store;

import io.quorate.raftqueue.api.ClusterStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spreads the leaders: the first member of a group should lead it. A leader elsewhere hands over
 * once the first member has been reachable and level with it for a while. One thread.
 *
 * <p>Raft priorities would do it too, but then the leader learns of the next one from its votes:
 * deliveries must stop before the leadership moves (see ARCHITECTURE.md, decision 3).
 */
final class LeaderBalancer {

  private static final Logger LOG = LoggerFactory.getLogger(LeaderBalancer.class);

  /** For how many ticks (seconds) in a row everything must look well. */
  private static final int STEADY_TICKS = 10;

  /**
   * After a transfer that failed the next is tried later, and later again: proposals wait during
   * each.
   */
  private static final int MAX_STEADY_TICKS = 600;

  /** Entries that the next leader may be behind. */
  private static final long LEVEL = 1_000;

  private final StoreConfig config;
  private final ClusterStatus status;
  private final Map<Integer, Integer> steady = new HashMap<>();
  private final Map<Integer, Integer> required = new ConcurrentHashMap<>();

  LeaderBalancer(StoreConfig config, ClusterStatus status) {
    this.config = config;
    this.status = status;
  }

  /** Called every second. */
  void tick() {
    for (ClusterStatus.Group group : status.groups()) {
      if (group.id() < 0 || !group.role().equals("LEADER")) {
        steady.remove(group.id());
        continue;
      }
      int first = group.members().get(0);
      if (first == config.nodeId() || !reachable(first)) {
        steady.remove(group.id());
      } else if (steady.merge(group.id(), 1, Integer::sum)
          >= required.getOrDefault(group.id(), STEADY_TICKS)) {
        steady.remove(group.id());
        handOver(group, first);
      }
    }
  }

  private boolean reachable(int node) {
    return status.nodes().stream().anyMatch(n -> n.id() == node && n.reachable());
  }

  private void handOver(ClusterStatus.Group group, int first) {
    status
        .replicas(group.id())
        .thenAccept(
            replicas -> {
              if (level(replicas, first, group.commitIndex())) {
                LOG.info("shard {}: leadership goes to node {}", group.id(), first);
                status
                    .transferLeadership(group.id(), first)
                    .thenRun(() -> required.remove(group.id()))
                    .exceptionally(
                        failure -> {
                          required.merge(
                              group.id(),
                              2 * STEADY_TICKS,
                              (ticks, doubled) -> Math.min(2 * ticks, MAX_STEADY_TICKS));
                          LOG.info(
                              "shard {}: leadership stays: {}", group.id(), failure.getMessage());
                          return null;
                        });
              }
            });
  }

  private static boolean level(List<ClusterStatus.Replica> replicas, int node, long commitIndex) {
    return replicas.stream()
        .anyMatch(r -> r.node() == node && r.appliedIndex() + LEVEL >= commitIndex);
  }
}
