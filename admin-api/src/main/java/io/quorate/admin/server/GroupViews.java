package io.quorate.admin.server;

import io.quorate.admin.v1.Replica;
import io.quorate.admin.v1.Role;
import io.quorate.admin.v1.Shard;
import io.quorate.raftqueue.api.ClusterStatus;
import io.quorate.raftqueue.api.ClusterStatus.Group;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Puts together what this node knows of a group and what the group's replicas say of themselves, so
 * that every node gives the same picture, one that is cut off or behind included.
 */
final class GroupViews {

  static final int METADATA = -1;

  /** Groups asked at once for one call. */
  private static final int GROUPS_AT_ONCE = 16;

  private final ClusterStatus status;
  private final Executor executor;

  GroupViews(ClusterStatus status, Executor executor) {
    this.status = status;
    this.executor = executor;
  }

  /** What this node itself knows of a group; null if there is none with this number. */
  @Nullable Group local(int id) {
    return status.groups().stream().filter(group -> group.id() == id).findFirst().orElse(null);
  }

  /** All groups, the metadata group first. Never fails. */
  CompletableFuture<List<Shard>> all(long timeoutMs) {
    long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    return Gather.all(
        status.groups(),
        GROUPS_AT_ONCE,
        executor,
        group ->
            view(group, TimeUnit.NANOSECONDS.toMillis(Math.max(0, endNanos - System.nanoTime()))));
  }

  /** One group; replicas that do not answer in time are listed as not reachable. Never fails. */
  CompletableFuture<Shard> view(Group group, long timeoutMs) {
    return status
        .replicas(group.id())
        .copy()
        .orTimeout(timeoutMs, TimeUnit.MILLISECONDS)
        .exceptionally(error -> ownReplica(group))
        .thenApply(answers -> shard(group, answers));
  }

  /** Groups by what a person calls them. */
  static String name(int id) {
    return id == METADATA ? "the metadata group" : "shard " + id;
  }

  private List<ClusterStatus.Replica> ownReplica(Group group) {
    if (!group.members().contains(status.nodeId())) {
      return List.of();
    }
    return List.of(
        new ClusterStatus.Replica(
            status.nodeId(),
            group.role(),
            group.term(),
            group.commitIndex(),
            group.appliedIndex()));
  }

  private static Shard shard(Group group, List<ClusterStatus.Replica> answers) {
    Map<Integer, ClusterStatus.Replica> byNode =
        answers.stream()
            .collect(
                Collectors.toMap(
                    ClusterStatus.Replica::node, Function.identity(), (first, second) -> first));
    Shard.Builder shard =
        Shard.newBuilder()
            .setId(group.id())
            .setTerm(max(group.term(), answers, ClusterStatus.Replica::term))
            .setCommitIndex(max(group.commitIndex(), answers, ClusterStatus.Replica::commitIndex));
    leader(group, byNode).ifPresent(shard::setLeader);
    Stream.concat(group.members().stream(), byNode.keySet().stream())
        .distinct()
        .sorted()
        .forEach(node -> shard.addReplicas(replica(node, byNode.get(node))));
    return shard.build();
  }

  private static long max(
      long own, List<ClusterStatus.Replica> answers, Function<ClusterStatus.Replica, Long> figure) {
    return Math.max(own, answers.stream().map(figure).max(Comparator.naturalOrder()).orElse(own));
  }

  /**
   * The replica that says it leads, the one of the newest term if an old leader has not noticed
   * yet. Failing that whom this node takes for the leader, unless that one has just denied it.
   */
  private static Optional<Integer> leader(Group group, Map<Integer, ClusterStatus.Replica> byNode) {
    Optional<Integer> byOwnWord =
        byNode.values().stream()
            .filter(replica -> role(replica.role()) == Role.ROLE_LEADER)
            .max(Comparator.comparingLong(ClusterStatus.Replica::term))
            .map(ClusterStatus.Replica::node);
    if (byOwnWord.isPresent()) {
      return byOwnWord;
    }
    return Optional.ofNullable(group.leader()).filter(leader -> !byNode.containsKey(leader));
  }

  private static Replica replica(int node, ClusterStatus.@Nullable Replica answer) {
    if (answer == null) {
      return Replica.newBuilder().setNode(node).setReachable(false).build();
    }
    return Replica.newBuilder()
        .setNode(node)
        .setReachable(true)
        .setRole(role(answer.role()))
        .setTerm(answer.term())
        .setCommitIndex(answer.commitIndex())
        .setAppliedIndex(answer.appliedIndex())
        .build();
  }

  private static Role role(String name) {
    return switch (name) {
      case "LEADER" -> Role.ROLE_LEADER;
      case "FOLLOWER" -> Role.ROLE_FOLLOWER;
      case "CANDIDATE" -> Role.ROLE_CANDIDATE;
      case "LISTENER" -> Role.ROLE_LISTENER;
      default -> Role.ROLE_UNSPECIFIED;
    };
  }
}
