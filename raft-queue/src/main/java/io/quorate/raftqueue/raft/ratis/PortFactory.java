package io.quorate.raftqueue.raft.ratis;

import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;

/** Ratis's gRPC with our hooks: appends are timed, votes are made durable before they count. */
final class PortFactory extends GrpcFactory {
  private static final String GROUPS_KEY = "quorate.groups";

  private final Groups groups;

  PortFactory(Parameters parameters) {
    super(parameters);
    this.groups = parameters.getNonNull(GROUPS_KEY, Groups.class);
  }

  static void setGroups(Parameters parameters, Groups groups) {
    parameters.put(GROUPS_KEY, groups, Groups.class);
  }

  @Override
  public LogAppender newLogAppender(
      RaftServer.Division division, LeaderState leader, FollowerInfo follower) {
    return groups
        .of(division.getMemberId().getGroupId())
        .followers()
        .add(division, leader, follower);
  }

  @Override
  public GrpcServices newRaftServerRpc(RaftServer server) {
    return new PortServices(super.newRaftServerRpc(server), groups);
  }
}
