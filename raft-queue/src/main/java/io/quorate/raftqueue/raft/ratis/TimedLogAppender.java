package io.quorate.raftqueue.raft.ratis;

import java.util.List;
import org.apache.ratis.grpc.server.GrpcLogAppender;
import org.apache.ratis.grpc.server.GrpcServicesImpl;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLogIOException;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.jspecify.annotations.Nullable;

/**
 * Ratis's log appender, which also tells {@link FollowerAcks} which appends the follower accepted.
 *
 * <p>Ratis's own record of answered appends ({@code getLastRespondedAppendEntriesSendTime}) counts
 * a refusal by a follower of a newer leader as an answer too, so that it would show a lease, for a
 * moment, to a leader that has just been told that it is one no longer.
 */
final class TimedLogAppender extends GrpcLogAppender {
  private final SendTimes times;

  /** The commit index that the follower is to know without waiting for the next heartbeat. */
  private volatile long announced = -1;

  static TimedLogAppender create(
      RaftServer.Division division, LeaderState leader, FollowerInfo follower, FollowerAcks acks) {
    SendTimes times = new SendTimes();
    return new TimedLogAppender(
        division, new AckingLeaderState(leader, times, acks), follower, times);
  }

  private TimedLogAppender(
      RaftServer.Division division, LeaderState leader, FollowerInfo follower, SendTimes times) {
    super(division, leader, follower);
    this.times = times;
  }

  @Override
  public GrpcServicesImpl getServerRpc() {
    return ((PortServices) getServer().getRaftServer().getServerRpc()).delegate();
  }

  @Override
  public @Nullable AppendEntriesRequestProto newAppendEntriesRequest(long callId, boolean heartbeat)
      throws RaftLogIOException {
    // Before anything is read or sent: too early is safe, too late is not.
    times.sent(callId, System.nanoTime());
    return super.newAppendEntriesRequest(callId, heartbeat);
  }

  /**
   * A snapshot goes only to a follower that has just answered: one that is down makes Ratis's
   * sender wait, in the middle of the chunks, until their time is up, and it says nothing else
   * meanwhile.
   */
  @Override
  public @Nullable SnapshotInfo shouldInstallSnapshot() {
    long silentMs = getFollower().getLastRpcResponseTime().elapsedTimeMs();
    return silentMs > 2L * getServer().properties().maxRpcTimeoutMs()
        ? null
        : super.shouldInstallSnapshot();
  }

  /**
   * Tells the follower of {@code commitIndex} as soon as it holds the entries up to there: at once
   * or with its answer to them. A heartbeat sent while entries are on their way would not carry it.
   */
  void announce(long commitIndex) {
    announced = commitIndex;
    announceIfDue();
  }

  private void announceIfDue() {
    long index = announced;
    if (getFollower().getCommitIndex() < index
        && getFollower().getMatchIndex() >= index
        && !hasPendingDataRequests()) {
      triggerHeartbeat();
    }
  }

  private record AckingLeaderState(LeaderState delegate, SendTimes times, FollowerAcks acks)
      implements LeaderState {

    @Override
    public void onAppendEntriesReply(LogAppender appender, AppendEntriesReplyProto reply) {
      // An inconsistent log is still the log of a follower that has accepted this leader.
      if (reply.getResult() == AppendResult.SUCCESS
          || reply.getResult() == AppendResult.INCONSISTENCY) {
        times.answered(reply.getServerReply().getCallId(), acks);
      }
      delegate.onAppendEntriesReply(appender, reply);
      if (appender instanceof TimedLogAppender timed) {
        timed.announceIfDue();
      }
    }

    @Override
    public void restart(LogAppender appender) {
      delegate.restart(appender);
    }

    @Override
    public AppendEntriesRequestProto newAppendEntriesRequestProto(
        FollowerInfo follower,
        List<LogEntryProto> entries,
        @Nullable TermIndex previous,
        long callId) {
      return delegate.newAppendEntriesRequestProto(follower, entries, previous, callId);
    }

    @Override
    public void checkHealth(FollowerInfo follower) {
      delegate.checkHealth(follower);
    }

    @Override
    public boolean onFollowerTerm(FollowerInfo follower, long followerTerm) {
      return delegate.onFollowerTerm(follower, followerTerm);
    }

    @Override
    public void onFollowerCommitIndex(FollowerInfo follower, long commitIndex) {
      delegate.onFollowerCommitIndex(follower, commitIndex);
    }

    @Override
    public void onFollowerSuccessAppendEntries(FollowerInfo follower) {
      delegate.onFollowerSuccessAppendEntries(follower);
    }

    @Override
    public boolean isFollowerBootstrapping(FollowerInfo follower) {
      return delegate.isFollowerBootstrapping(follower);
    }
  }
}
