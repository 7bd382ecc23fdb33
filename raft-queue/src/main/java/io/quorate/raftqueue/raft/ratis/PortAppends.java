package io.quorate.raftqueue.raft.ratis;

import io.quorate.raftqueue.raft.ratis.stream.AppendService;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.util.ProtoUtils;
import org.jspecify.annotations.Nullable;

/** Takes what leaders send to this node's replicas into Ratis. */
final class PortAppends implements AppendService {

  /** What else this thread reads waits as well, other groups' heartbeats too: below a timeout. */
  private static final long TURN_MS = 100;

  private final Groups groups;
  private volatile @Nullable RaftServer server;

  PortAppends(Groups groups) {
    this.groups = groups;
  }

  /** Said once, before the port is opened. */
  void server(RaftServer made) {
    server = made;
  }

  private RaftServer server() throws IOException {
    RaftServer made = server;
    if (made == null) {
      throw new IOException("the node is starting");
    }
    return made;
  }

  /**
   * A leader that has opened a new stream may be read on the old one still, by another thread, and
   * Ratis's log throws if two threads add to it at once. So what brings entries waits for its turn,
   * for a while: it holds up what else its thread has to read.
   */
  @Override
  public CompletableFuture<AppendEntriesReplyProto> append(AppendEntriesRequestProto request)
      throws IOException {
    RaftServer taker = server();
    RatisGroup group =
        request.getEntriesCount() == 0
            ? null
            : groups.find(ProtoUtils.toRaftGroupId(request.getServerRequest().getRaftGroupId()));
    if (group == null) {
      return taker.appendEntriesAsync(request);
    }
    takeTurn(group.appends());
    try {
      return taker.appendEntriesAsync(request);
    } finally {
      group.appends().unlock();
    }
  }

  private static void takeTurn(ReentrantLock appends) throws IOException {
    try {
      if (!appends.tryLock(TURN_MS, TimeUnit.MILLISECONDS)) {
        throw new IOException(
            "another stream's entries have been on their way to the log for long");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public boolean mayLeave(AppendEntriesReplyProto reply) {
    return groups.mayAcknowledge(reply);
  }

  @Override
  public InstallSnapshotReplyProto install(InstallSnapshotRequestProto request) throws IOException {
    return server().installSnapshot(request);
  }
}
