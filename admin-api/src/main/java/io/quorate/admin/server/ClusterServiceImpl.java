package io.quorate.admin.server;

import io.grpc.stub.StreamObserver;
import io.quorate.admin.BuildInfo;
import io.quorate.admin.v1.ClusterServiceGrpc;
import io.quorate.admin.v1.GetStatusRequest;
import io.quorate.admin.v1.GetStatusResponse;
import io.quorate.admin.v1.Health;
import io.quorate.admin.v1.Node;
import io.quorate.admin.v1.Replica;
import io.quorate.admin.v1.Shard;
import io.quorate.raftqueue.api.ClusterStatus;
import io.quorate.raftqueue.api.QueueStore;
import java.util.List;
import java.util.stream.Collectors;

/** Sums up the nodes and groups. */
final class ClusterServiceImpl extends ClusterServiceGrpc.ClusterServiceImplBase {

  private final Replies replies;
  private final GroupViews groups;
  private final QueueStore store;
  private final ClusterStatus status;

  ClusterServiceImpl(Replies replies, GroupViews groups, QueueStore store, ClusterStatus status) {
    this.replies = replies;
    this.groups = groups;
    this.store = store;
    this.status = status;
  }

  @Override
  public void getStatus(GetStatusRequest request, StreamObserver<GetStatusResponse> observer) {
    replies.answer(observer, budget -> groups.all(budget.statsMs()).thenApply(this::sum));
  }

  private GetStatusResponse sum(List<Shard> all) {
    List<Shard> shards = all.stream().filter(g -> g.getId() != GroupViews.METADATA).toList();
    GetStatusResponse.Builder response =
        GetStatusResponse.newBuilder()
            .setHealth(Health.HEALTH_OK)
            .setAnsweredBy(status.nodeId())
            .setVersion(BuildInfo.version())
            .setShards(shards.size())
            .setShardsAvailable((int) shards.stream().filter(ClusterServiceImpl::available).count())
            .setQueues(store.definitions().queues().size());
    for (ClusterStatus.Node node : status.nodes()) {
      response.addNodes(node(node, all));
      if (!node.reachable()) {
        response
            .setHealth(Health.HEALTH_DEGRADED)
            .addProblems("node " + node.id() + " does not answer node " + status.nodeId());
      }
    }
    status.nodes().stream()
        .filter(node -> !node.shortOf().isEmpty())
        .forEach(
            node ->
                response
                    .setHealth(Health.HEALTH_DEGRADED)
                    .addProblems(
                        "node %d is low on %s: publishers of the whole cluster wait"
                            .formatted(node.id(), String.join(" and ", node.shortOf()))));
    all.forEach(group -> judge(group, response));
    return response.build();
  }

  private static Node node(ClusterStatus.Node node, List<Shard> groups) {
    return Node.newBuilder()
        .setId(node.id())
        .setHost(node.host())
        .setRaftPort(node.raftPort())
        .setReachable(node.reachable())
        .addAllLeads(
            groups.stream()
                .filter(group -> group.hasLeader() && group.getLeader() == node.id())
                .map(Shard::getId)
                .toList())
        .build();
  }

  private static void judge(Shard group, GetStatusResponse.Builder response) {
    if (group.getId() == GroupViews.METADATA && group.hasLeader()) {
      response.setMetadataLeader(group.getLeader());
    }
    String missing =
        group.getReplicasList().stream()
            .filter(replica -> !replica.getReachable())
            .map(replica -> Integer.toString(replica.getNode()))
            .collect(Collectors.joining(", "));
    String name = GroupViews.name(group.getId());
    if (!available(group)) {
      response.setHealth(Health.HEALTH_UNAVAILABLE);
      response.addProblems(
          group.hasLeader()
              ? name + " has no majority: no answer from its replicas on nodes " + missing
              : name
                  + " has no leader"
                  + (missing.isEmpty()
                      ? "; all its replicas answer, an election is under way"
                      : ": no answer from its replicas on nodes " + missing));
    } else if (!missing.isEmpty()) {
      if (response.getHealth() == Health.HEALTH_OK) {
        response.setHealth(Health.HEALTH_DEGRADED);
      }
      response.addProblems(name + " runs without its replicas on nodes " + missing);
    }
  }

  private static boolean available(Shard group) {
    long reachable = group.getReplicasList().stream().filter(Replica::getReachable).count();
    return group.hasLeader() && reachable * 2 > group.getReplicasCount();
  }
}
