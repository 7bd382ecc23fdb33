package io.quorate.node.lifecycle;

import io.quorate.raftqueue.api.ClusterStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the groups that a stopping node leads to others, so that the cluster does not have to wait
 * for election timeouts. Does its best for a bounded time: a group that cannot be handed over is
 * elected a leader later.
 */
public final class LeadershipHandover {

  private static final Logger LOG = LoggerFactory.getLogger(LeadershipHandover.class);

  private LeadershipHandover() {}

  /** Blocks until all groups have moved, or the time is up. */
  public static void run(ClusterStatus status, Duration timeout) {
    Set<Integer> reachable =
        status.nodes().stream()
            .filter(ClusterStatus.Node::reachable)
            .map(ClusterStatus.Node::id)
            .collect(Collectors.toSet());
    List<CompletableFuture<Void>> transfers = new ArrayList<>();
    for (ClusterStatus.Group group : status.groups()) {
      List<Integer> candidates =
          group.members().stream()
              .filter(node -> node != status.nodeId() && reachable.contains(node))
              .toList();
      if (group.role().equals("LEADER") && !candidates.isEmpty()) {
        int target = candidates.get(transfers.size() % candidates.size());
        LOG.debug("group {} goes to node {}", group.id(), target);
        transfers.add(status.transferLeadership(group.id(), target));
      }
    }
    if (transfers.isEmpty()) {
      return;
    }
    try {
      CompletableFuture.allOf(transfers.toArray(new CompletableFuture<?>[0]))
          .get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      LOG.info("gave the leadership of {} groups to other nodes", transfers.size());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.info("not every leadership could be given away: the other nodes will elect");
    }
  }
}
