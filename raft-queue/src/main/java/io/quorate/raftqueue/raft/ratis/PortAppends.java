package io.quorate.raftqueue.raft.ratis;

import io.quorate.raftqueue.raft.ratis.stream.AppendService;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.server.RaftServer;
import org.jspecify.annotations.Nullable;

/** Takes what leaders send to this node's replicas into Ratis. */
final class PortAppends implements AppendService {

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

  @Override
  public CompletableFuture<AppendEntriesReplyProto> append(AppendEntriesRequestProto request)
      throws IOException {
    return server().appendEntriesAsync(request);
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
