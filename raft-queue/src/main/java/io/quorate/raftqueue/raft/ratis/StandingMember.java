package io.quorate.raftqueue.raft.ratis;

import static io.quorate.raftqueue.raft.ratis.ElectionTimer.millis;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.ratis.proto.RaftProtos.FollowerInfoProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.RaftServerProtocol;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.util.ProtoUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node as a follower that may stand for election in one group. On the election timer's thread,
 * but for what is marked otherwise.
 */
final class StandingMember {
  private static final Logger LOG = LoggerFactory.getLogger(StandingMember.class);

  private final RaftServer.Division division;
  private final RaftServer server;
  private final RatisConfig.Limits limits;
  private final List<Integer> members;
  private final int self;
  private final Executor requests;

  /** Before that the leader cannot have been silent for long enough. */
  private long nextLookNanos = System.nanoTime();

  /**
   * @param members node numbers of the group, this one included
   * @param requests runs what waits for other members
   */
  StandingMember(
      RaftServer.Division division,
      RatisConfig.Limits limits,
      List<Integer> members,
      int self,
      Executor requests) {
    this.division = division;
    this.server = division.getRaftServer();
    this.limits = limits;
    this.members = members.stream().sorted().toList();
    this.self = self;
    this.requests = requests;
  }

  /**
   * @param unreachable nodes to whose process no connection stands
   */
  void standIfLeaderSilent(long nowNanos, Set<Integer> unreachable) {
    if (nowNanos - nextLookNanos < 0
        || !division.getInfo().isFollower()
        || !division.getInfo().getLifeCycleState().isRunning()) {
      return;
    }
    Integer leader = RatisGroup.nodeOf(division.getInfo().getLeaderId());
    if (leader == null || leader == self) {
      return; // An election is on already.
    }
    FollowerInfoProto follower = division.getInfo().getRoleInfoProto().getFollowerInfo();
    long silentMs = follower.getLeaderInfo().getLastRpcElapsedTimeMs();
    nextLookNanos = nowNanos + millis(Math.max(0, limits.electionTimeoutMinMs() - silentMs));
    // An append that is being written is a sign of life, however slow the disk.
    if (follower.getOutstandingOp() == 0
        && silentMs >= timeoutMs(leader, unreachable.contains(leader))) {
      nextLookNanos = nowNanos + millis(limits.electionTimeoutMinMs());
      stand(leader, silentMs);
    }
  }

  /**
   * Each follower has a part of the range of timeouts of its own, so that two do not stand at the
   * same time. Without a connection only the others' own patience, the shortest timeout, has to
   * pass; with one a leader may be slow, and what is gained must be weighed against an election
   * that nobody needed: the longest timeout, then.
   */
  private long timeoutMs(int leader, boolean connectionBroken) {
    List<Integer> followers = new ArrayList<>(members);
    followers.remove((Integer) leader);
    int min = limits.electionTimeoutMinMs();
    int max = limits.electionTimeoutMaxMs();
    int rank = followers.indexOf(self);
    return (connectionBroken ? min : max) + (long) (max - min) * rank / followers.size();
  }

  private void stand(int leader, long silentMs) {
    long term = division.getInfo().getCurrentTerm();
    TermIndex last = division.getRaftLog().getLastEntryTermIndex();
    if (last == null || last.getTerm() != term) {
      return; // Ratis lets only those stand early who hold something of the term: its timer then.
    }
    LOG.debug(
        "{}: nothing heard from leader {} for {} ms; asking for pre-votes", this, leader, silentMs);
    long askedNanos = System.nanoTime();
    AtomicInteger granted = new AtomicInteger(1);
    int majority = members.size() / 2 + 1;
    for (int member : members) {
      if (member != self && member != leader) {
        requests.execute(
            () -> {
              // Late answers say nothing about now.
              if (preVote(member, term, last)
                  && System.nanoTime() - askedNanos < millis(limits.electionTimeoutMaxMs())
                  && granted.incrementAndGet() == majority) {
                startElection(leader, last);
              }
            });
      }
    }
  }

  /** Asks and waits for the answer. Any thread. */
  private boolean preVote(int member, long term, TermIndex last) {
    RequestVoteRequestProto request =
        RequestVoteRequestProto.newBuilder()
            .setServerRequest(request(server.getId(), RatisGroup.peerId(member)))
            .setCandidateTerm(term)
            .setPreVote(true)
            .setCandidateLastEntry(last.toProto())
            .build();
    try {
      RequestVoteReplyProto reply =
          ((PortServices) server.getServerRpc()).delegate().requestVote(request);
      return reply.getServerReply().getSuccess() && reply.getTerm() <= term;
    } catch (IOException | RuntimeException e) {
      LOG.debug("{}: no pre-vote from {}: {}", this, member, e.toString());
      return false;
    }
  }

  /** Ratis checks once more that this node follows {@code leader} in that term. Any thread. */
  private void startElection(int leader, TermIndex last) {
    if (division.getInfo().getCurrentTerm() != last.getTerm()) {
      return;
    }
    try {
      ((RaftServerProtocol) server)
          .startLeaderElection(
              StartLeaderElectionRequestProto.newBuilder()
                  .setServerRequest(request(RatisGroup.peerId(leader), server.getId()))
                  .setLeaderLastEntry(last.toProto())
                  .build());
    } catch (IOException | RuntimeException e) {
      LOG.debug("{}: cannot stand for election: {}", this, e.toString());
    }
  }

  private RaftRpcRequestProto request(RaftPeerId from, RaftPeerId to) {
    RaftGroupId group = division.getMemberId().getGroupId();
    return RaftRpcRequestProto.newBuilder()
        .setRequestorId(from.toByteString())
        .setReplyId(to.toByteString())
        .setRaftGroupId(ProtoUtils.toRaftGroupIdProtoBuilder(group))
        .build();
  }

  @Override
  public String toString() {
    return division.getMemberId().toString();
  }
}
