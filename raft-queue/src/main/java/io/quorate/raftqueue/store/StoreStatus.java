package io.quorate.raftqueue.store;

import io.quorate.link.v1.FromNode;
import io.quorate.link.v1.ReplicaQuery;
import io.quorate.link.v1.ToNode;
import io.quorate.link.v1.TransferRequest;
import io.quorate.raftqueue.api.ClusterStatus;
import io.quorate.raftqueue.api.RefusedException;
import io.quorate.raftqueue.api.RefusedException.Reason;
import io.quorate.raftqueue.raft.RaftGroup;
import io.quorate.raftqueue.shard.ShardReplica;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The cluster as this node sees it. */
final class StoreStatus implements ClusterStatus {

  private static final long ASK_MS = 1_000;
  private static final long TRANSFER_MS = 10_000;

  private final StoreConfig config;
  private final StoreLinks links;
  private final LeaderDirectory leaders;
  private final Map<Integer, RaftGroup> groups;
  private final Map<Integer, ShardReplica> replicas;
  private final Map<Integer, List<Integer>> members;

  StoreStatus(
      StoreConfig config,
      StoreLinks links,
      LeaderDirectory leaders,
      Map<Integer, RaftGroup> groups,
      Map<Integer, ShardReplica> replicas) {
    this.config = config;
    this.links = links;
    this.leaders = leaders;
    this.groups = groups;
    this.replicas = replicas;
    this.members = config.groups();
  }

  @Override
  public int nodeId() {
    return config.nodeId();
  }

  @Override
  public List<Node> nodes() {
    return config.nodes().stream()
        .map(
            node ->
                new Node(
                    node.id(),
                    node.host(),
                    node.raftPort(),
                    links.reachable(node.id()),
                    links.shortOf(node.id())))
        .toList();
  }

  @Override
  public List<Group> groups() {
    return members.keySet().stream().map(this::group).toList();
  }

  private Group group(int id) {
    RaftGroup here = groups.get(id);
    // Before the term is read: a leader of an earlier term leads no longer then.
    LeaderDirectory.Leader leader = leaders.leader(id);
    List<Integer> nodes = members.getOrDefault(id, List.of());
    Group status = here == null ? new Group(id, null, "NONE", 0, 0, 0, nodes) : here.status();
    return new Group(
        id,
        LeaderDirectory.leaderSince(leader, status.term()),
        status.role(),
        status.term(),
        status.commitIndex(),
        status.appliedIndex(),
        nodes);
  }

  @Override
  public List<StateDigest> digests() {
    List<StateDigest> digests = new ArrayList<>();
    for (int shard : members.keySet()) {
      ShardReplica replica = replicas.get(shard);
      var last = replica == null ? null : replica.figures().digest();
      if (last != null && last.index() >= 0) {
        digests.add(new StateDigest(shard, last.index(), last.value()));
      }
    }
    return digests;
  }

  @Override
  public CompletableFuture<Void> transferLeadership(int group, int toNode) {
    List<Integer> nodes = members.get(group);
    if (nodes == null) {
      return refused(Reason.NOT_FOUND, "no group " + group + "; there are " + members.keySet());
    }
    if (!nodes.contains(toNode)) {
      return refused(
          Reason.PRECONDITION_FAILED,
          "node " + toNode + " holds no replica of group " + group + "; nodes " + nodes + " do");
    }
    LeaderDirectory.Leader leader = leaders.leader(group);
    if (leader == null) {
      return refused(Reason.UNAVAILABLE, "group " + group + " has no leader now");
    }
    if (leader.node() == toNode) {
      return CompletableFuture.completedFuture(null);
    }
    RaftGroup here = groups.get(group);
    if (leader.node() == config.nodeId() && here != null) {
      return links.questions().transferHere(here, toNode);
    }
    return links
        .questions()
        .ask(
            leader.node(),
            id ->
                ToNode.newBuilder()
                    .setTransfer(
                        TransferRequest.newBuilder().setId(id).setGroup(group).setToNode(toNode))
                    .build(),
            TRANSFER_MS)
        .thenAccept(
            answer -> {
              String failure = answer.getTransfer().getFailure();
              if (!failure.isEmpty()) {
                throw new RefusedException(Reason.UNAVAILABLE, failure);
              }
            });
  }

  private static <T> CompletableFuture<T> refused(Reason reason, String text) {
    return CompletableFuture.failedFuture(new RefusedException(reason, text));
  }

  @Override
  public CompletableFuture<List<Replica>> replicas(int group) {
    List<Integer> nodes = members.get(group);
    if (nodes == null) {
      return refused(Reason.NOT_FOUND, "no group " + group + "; there are " + members.keySet());
    }
    List<CompletableFuture<@Nullable Replica>> answers = new ArrayList<>();
    for (int node : nodes) {
      answers.add(replica(group, node));
    }
    return CompletableFuture.allOf(answers.toArray(new CompletableFuture<?>[0]))
        .thenApply(
            done -> {
              List<Replica> replicas = new ArrayList<>();
              for (CompletableFuture<@Nullable Replica> answer : answers) {
                Replica replica = answer.join();
                if (replica != null) {
                  replicas.add(replica);
                }
              }
              return replicas;
            });
  }

  private CompletableFuture<@Nullable Replica> replica(int group, int node) {
    RaftGroup here = groups.get(group);
    if (node == config.nodeId() && here != null) {
      Group status = here.status();
      return CompletableFuture.completedFuture(
          new Replica(
              node, status.role(), status.term(), status.commitIndex(), status.appliedIndex()));
    }
    return links
        .questions()
        .ask(
            node,
            id ->
                ToNode.newBuilder()
                    .setReplicaQuery(ReplicaQuery.newBuilder().setId(id).setGroup(group))
                    .build(),
            ASK_MS)
        .handle((answer, failure) -> failure == null ? replica(node, answer) : null);
  }

  private static Replica replica(int node, FromNode answer) {
    var reply = answer.getReplica();
    return new Replica(
        node, reply.getRole(), reply.getTerm(), reply.getCommitIndex(), reply.getAppliedIndex());
  }
}
