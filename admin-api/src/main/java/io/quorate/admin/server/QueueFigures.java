package io.quorate.admin.server;

import io.quorate.admin.v1.Queue;
import io.quorate.raftqueue.api.ClusterStatus.Group;
import io.quorate.raftqueue.api.QueueDefinition;
import io.quorate.raftqueue.api.QueueStats;
import io.quorate.raftqueue.api.QueueStore;
import io.quorate.raftqueue.api.RefusedException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Adds to queues the figures their leaders give. A leader that is silent costs its own queues their
 * figures, not those of other shards, and nobody the answer.
 */
final class QueueFigures {

  /** Questions under way at once to one shard, for one call. */
  private static final int PER_SHARD = 16;

  private final GroupViews groups;
  private final QueueStore store;
  private final Executor executor;

  QueueFigures(GroupViews groups, QueueStore store, Executor executor) {
    this.groups = groups;
    this.store = store;
    this.executor = executor;
  }

  /** In the same order, without those that were deleted meanwhile. Never fails. */
  CompletableFuture<List<Queue>> of(List<QueueDefinition> queues, long timeoutMs) {
    long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    Map<Integer, @Nullable Integer> leaders = new HashMap<>();
    Map<Integer, List<QueueDefinition>> byShard =
        queues.stream().collect(Collectors.groupingBy(queue -> queue.ref().shard()));
    byShard.keySet().forEach(shard -> leaders.put(shard, leader(shard)));
    List<CompletableFuture<List<Optional<Queue>>>> parts = new ArrayList<>();
    byShard
        .values()
        .forEach(
            part ->
                parts.add(
                    Gather.all(
                        part,
                        PER_SHARD,
                        executor,
                        queue -> ask(queue, leaders.get(queue.ref().shard()), endNanos))));
    return CompletableFuture.allOf(parts.toArray(CompletableFuture<?>[]::new))
        .thenApply(done -> inOrder(queues, parts));
  }

  private static List<Queue> inOrder(
      List<QueueDefinition> queues, List<CompletableFuture<List<Optional<Queue>>>> parts) {
    Map<Long, Queue> byId =
        parts.stream()
            .map(CompletableFuture::join)
            .flatMap(Collection::stream)
            .flatMap(Optional::stream)
            .collect(Collectors.toMap(Queue::getId, queue -> queue));
    return queues.stream()
        .flatMap(queue -> Optional.ofNullable(byId.get(queue.ref().id())).stream())
        .toList();
  }

  private @Nullable Integer leader(int shard) {
    if (shard < 0) {
      return -shard;
    }
    Group group = groups.local(shard);
    return group == null ? null : group.leader();
  }

  private CompletableFuture<Optional<Queue>> ask(
      QueueDefinition queue, @Nullable Integer leader, long endNanos) {
    Queue.Builder answer = describe(queue, leader);
    if (leader == null) {
      return CompletableFuture.completedFuture(
          Optional.of(answer.setStatsError(leaderless(queue.ref().shard())).build()));
    }
    long leftMs = TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime());
    if (leftMs <= 0) {
      return CompletableFuture.completedFuture(
          Optional.of(answer.setStatsError(silent(leader)).build()));
    }
    return store
        .stats(queue.ref())
        .copy()
        .orTimeout(leftMs, TimeUnit.MILLISECONDS)
        .handle((stats, error) -> answered(answer, leader, stats, error));
  }

  private static Optional<Queue> answered(
      Queue.Builder answer, int leader, @Nullable QueueStats stats, @Nullable Throwable error) {
    if (stats != null) {
      answer
          .getStatsBuilder()
          .setReady(stats.ready())
          .setUnacked(stats.unacked())
          .setConsumers(stats.consumers())
          .setBytes(stats.bytes());
      return Optional.of(answer.build());
    }
    Throwable cause = Replies.unwrap(error);
    if (cause instanceof RefusedException refused
        && refused.reason() == RefusedException.Reason.NOT_FOUND) {
      return Optional.empty();
    }
    String text =
        cause instanceof TimeoutException ? silent(leader) : String.valueOf(cause.getMessage());
    return Optional.of(answer.setStatsError(text).build());
  }

  private static Queue.Builder describe(QueueDefinition queue, @Nullable Integer leader) {
    Queue.Builder answer =
        Queue.newBuilder()
            .setVhost(queue.vhost())
            .setName(queue.name())
            .setId(queue.ref().id())
            .setDurable(queue.durable())
            .setExclusive(queue.exclusive())
            .setAutoDelete(queue.autoDelete())
            .setReplicated(queue.ref().replicated());
    if (queue.ref().replicated()) {
      answer.setShard(queue.ref().shard());
    }
    if (leader != null) {
      answer.setLeader(leader);
    }
    return answer;
  }

  private static String leaderless(int shard) {
    return "shard " + shard + " has no leader at present";
  }

  private static String silent(int leader) {
    return "node " + leader + ", which leads it, did not answer in time";
  }
}
