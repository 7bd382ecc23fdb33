package io.quorate.admin.server;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.quorate.admin.v1.ListShardsRequest;
import io.quorate.admin.v1.ListShardsResponse;
import io.quorate.admin.v1.Replica;
import io.quorate.admin.v1.Shard;
import io.quorate.admin.v1.ShardServiceGrpc;
import io.quorate.admin.v1.TransferLeaderRequest;
import io.quorate.admin.v1.TransferLeaderResponse;
import io.quorate.raftqueue.api.ClusterStatus;
import io.quorate.raftqueue.api.ClusterStatus.Group;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** Lists the groups and moves their leaders. */
final class ShardServiceImpl extends ShardServiceGrpc.ShardServiceImplBase {

  private final Replies replies;
  private final GroupViews groups;
  private final ClusterStatus status;

  ShardServiceImpl(Replies replies, GroupViews groups, ClusterStatus status) {
    this.replies = replies;
    this.groups = groups;
    this.status = status;
  }

  @Override
  public void listShards(ListShardsRequest request, StreamObserver<ListShardsResponse> observer) {
    replies.answer(
        observer,
        budget ->
            groups
                .all(budget.statsMs())
                .thenApply(
                    shards ->
                        ListShardsResponse.newBuilder()
                            .addAllShards(shards)
                            .setAnsweredBy(status.nodeId())
                            .build()));
  }

  @Override
  public void transferLeader(
      TransferLeaderRequest request, StreamObserver<TransferLeaderResponse> observer) {
    replies.answer(
        observer,
        budget -> {
          Group group = group(request);
          return groups
              .view(group, budget.statsMs())
              .thenCompose(shard -> transfer(shard, request.getNode()));
        });
  }

  private Group group(TransferLeaderRequest request) {
    if (!request.hasShard()) {
      throw Replies.invalid("no shard given; name a shard's number, or -1 for the metadata group");
    }
    if (!request.hasNode()) {
      throw Replies.invalid("no node given; name the number of the node that is to lead");
    }
    Group group = groups.local(request.getShard());
    if (group == null) {
      throw Replies.notFound(
          "shard "
              + request.getShard()
              + " does not exist; the shards are "
              + listed(status.groups().stream().map(Group::id).filter(id -> id >= 0).toList())
              + ", and -1 is the metadata group");
    }
    return group;
  }

  private CompletableFuture<TransferLeaderResponse> transfer(Shard shard, int node) {
    String name = GroupViews.name(shard.getId());
    Replica target =
        shard.getReplicasList().stream()
            .filter(replica -> replica.getNode() == node)
            .findFirst()
            .orElseThrow(
                () ->
                    Replies.invalid(
                        "node "
                            + node
                            + " holds no replica of "
                            + name
                            + "; its replicas are on nodes "
                            + listed(
                                shard.getReplicasList().stream().map(Replica::getNode).toList())));
    TransferLeaderResponse.Builder response =
        TransferLeaderResponse.newBuilder().setShard(shard.getId()).setLeader(node);
    if (shard.hasLeader()) {
      response.setPreviousLeader(shard.getLeader());
      if (shard.getLeader() == node) {
        return CompletableFuture.completedFuture(response.setChanged(false).build());
      }
    }
    if (!target.getReachable()) {
      throw Replies.precondition(
          "node "
              + node
              + " does not answer, so it cannot lead "
              + name
              + "; replicas that answer are on nodes "
              + listed(
                  shard.getReplicasList().stream()
                      .filter(Replica::getReachable)
                      .map(Replica::getNode)
                      .toList()));
    }
    if (!shard.hasLeader()) {
      throw Status.UNAVAILABLE
          .withDescription(
              name + " has no leader at present, so there is none to hand over; try again soon")
          .asRuntimeException();
    }
    return status
        .transferLeadership(shard.getId(), node)
        .thenApply(done -> response.setChanged(true).build());
  }

  private static String listed(Collection<Integer> numbers) {
    return numbers.isEmpty()
        ? "none"
        : numbers.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }
}
