package io.quorate.raftqueue.raft.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.raftqueue.raft.ratis.stream.LeaderStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.util.ProtoUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Seen in the chaos suite, seed 6002: after a partition the leader's new stream brought entries
 * while the last ones of the old stream were being taken in, by another thread, and Ratis's log
 * threw ("Already running a method").
 */
class AppendsTakeTurnsTest {

  private static final int STREAMS = 4;
  private static final int ENTRIES = 4_000;
  private static final int AT_ONCE = 4;
  private static final long TERM = 1_000;

  /** What a stream says; a text for its end. */
  private static final class Said implements LeaderStream.Listener {
    final BlockingQueue<Object> all = new LinkedBlockingQueue<>();

    @Override
    public void onReply(LeaderStream stream, AppendEntriesReplyProto reply) {
      all.add(reply.getServerReply().getCallId());
    }

    @Override
    public void onReply(LeaderStream stream, InstallSnapshotReplyProto reply) {
      all.add("a reply to a snapshot");
    }

    @Override
    public void onEnd(LeaderStream stream, IOException cause) {
      all.add("the stream ended: " + cause.getMessage());
    }
  }

  @TempDir Path directory;

  @Test
  void severalStreamsOfALeaderBringEntriesAtOnce() throws Exception {
    try (TestCluster cluster =
        new TestCluster(directory, 3, List.of(TestCluster.GROUP), limits -> limits)) {
      TestCluster.Member follower = cluster.start(1);
      int port = cluster.config(1).peer(1).port();
      RatisGroup group = (RatisGroup) follower.group();
      List<Said> answers = new ArrayList<>();
      List<LeaderStream> streams = new ArrayList<>();
      for (int i = 0; i < STREAMS; i++) {
        answers.add(new Said());
        InetSocketAddress address = new InetSocketAddress("127.0.0.1", port);
        streams.add(LeaderStream.open(address, "old and new", answers.get(i)));
      }
      for (long first = 0; first < ENTRIES; first += AT_ONCE) {
        for (LeaderStream stream : streams) {
          stream.send(append(group, first));
        }
      }
      for (Said said : answers) {
        for (long first = 0; first < ENTRIES; first += AT_ONCE) {
          assertThat(said.all.poll(20, TimeUnit.SECONDS)).isInstanceOf(Long.class);
        }
      }
      streams.forEach(LeaderStream::close);
    }
  }

  private static AppendEntriesRequestProto append(RatisGroup group, long first) {
    AppendEntriesRequestProto.Builder request =
        AppendEntriesRequestProto.newBuilder()
            .setServerRequest(
                RaftRpcRequestProto.newBuilder()
                    .setRequestorId(RatisGroup.peerId(2).toByteString())
                    .setReplyId(RatisGroup.peerId(1).toByteString())
                    .setRaftGroupId(ProtoUtils.toRaftGroupIdProtoBuilder(group.groupId()))
                    .setCallId(first))
            .setLeaderTerm(TERM)
            .setLeaderCommit(-1);
    if (first > 0) {
      request.setPreviousLog(TermIndexProto.newBuilder().setTerm(TERM).setIndex(first - 1));
    }
    for (long index = first; index < first + AT_ONCE; index++) {
      request.addEntries(
          LogEntryProto.newBuilder()
              .setTerm(TERM)
              .setIndex(index)
              .setStateMachineLogEntry(
                  StateMachineLogEntryProto.newBuilder()
                      .setClientId(
                          ByteString.copyFrom(new byte[15])
                              .concat(ByteString.copyFrom(new byte[] {1})))
                      .setLogData(ByteString.copyFromUtf8("entry " + index))));
    }
    return request.build();
  }
}
