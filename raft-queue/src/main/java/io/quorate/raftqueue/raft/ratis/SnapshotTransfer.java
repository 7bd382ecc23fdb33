package io.quorate.raftqueue.raft.ratis;

import io.quorate.raftqueue.raft.ratis.stream.LeaderStream;
import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a snapshot to a follower, piece by piece, each when the one before has been taken in. One
 * thread runs it, another brings the answers.
 */
final class SnapshotTransfer {

  private static final Logger LOG = LoggerFactory.getLogger(SnapshotTransfer.class);

  /** For each piece. The last one is answered when the follower has restored its state. */
  private static final int ANSWER_TIMEOUT_S = 120;

  private sealed interface Answer {}

  private record Reply(InstallSnapshotReplyProto reply) implements Answer {}

  private record End(IOException cause) implements Answer {}

  private final StreamLogAppender appender;
  private final SnapshotInfo snapshot;
  private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();

  SnapshotTransfer(StreamLogAppender appender, SnapshotInfo snapshot) {
    this.appender = appender;
    this.snapshot = snapshot;
  }

  /**
   * @throws IOException if the stream ends or the follower does not answer
   */
  void run(LeaderStream stream) throws IOException, InterruptedException {
    FollowerInfo follower = appender.getFollower();
    LOG.info("{}: sends snapshot {}", appender, snapshot.getTermIndex());
    for (InstallSnapshotRequestProto piece :
        appender.newInstallSnapshotRequests(UUID.randomUUID().toString(), snapshot)) {
      if (!appender.isRunning()) {
        return;
      }
      follower.updateLastRpcSendTime(false);
      stream.send(piece);
      if (!take(answer())) {
        return;
      }
    }
    follower.setSnapshotIndex(snapshot.getIndex());
    follower.setAttemptedToInstallSnapshot();
    LOG.info("{}: snapshot {} is installed", appender, snapshot.getTermIndex());
  }

  private InstallSnapshotReplyProto answer() throws IOException, InterruptedException {
    Answer answer = answers.poll(ANSWER_TIMEOUT_S, TimeUnit.SECONDS);
    if (answer instanceof Reply reply) {
      return reply.reply();
    }
    if (answer instanceof End end) {
      throw end.cause();
    }
    throw new IOException("no answer to a piece of a snapshot for " + ANSWER_TIMEOUT_S + " s");
  }

  /** Whether to go on with the next piece. */
  private boolean take(InstallSnapshotReplyProto reply) throws IOException {
    FollowerInfo follower = appender.getFollower();
    switch (reply.getResult()) {
      case SUCCESS, IN_PROGRESS -> {
        return true;
      }
      case ALREADY_INSTALLED, SNAPSHOT_INSTALLED -> {
        // Ratis does not say the index with each of these.
        long index = Math.max(reply.getSnapshotIndex(), snapshot.getIndex());
        follower.setSnapshotIndex(index);
        follower.setAttemptedToInstallSnapshot();
        appender.getLeaderState().onFollowerCommitIndex(follower, index);
        return false;
      }
      case NOT_LEADER -> {
        appender.getLeaderState().onFollowerTerm(follower, reply.getTerm());
        return false;
      }
      case SNAPSHOT_UNAVAILABLE -> {
        follower.setAttemptedToInstallSnapshot();
        return false;
      }
      case CONF_MISMATCH, SNAPSHOT_EXPIRED, UNRECOGNIZED ->
          throw new IOException("the follower refuses the snapshot: " + reply.getResult());
    }
    throw new IOException("the follower answers with " + reply.getResult());
  }

  void onReply(InstallSnapshotReplyProto reply) {
    answers.add(new Reply(reply));
  }

  void onEnd(IOException cause) {
    answers.add(new End(cause));
  }
}
