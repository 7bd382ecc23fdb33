package io.quorate.raftqueue.raft.ratis.stream;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;

/** A follower: what the streams of leaders end in. */
public interface AppendService {

  /**
   * Takes in an append; called on a network thread, one at a time for each stream and in its order.
   *
   * @throws IOException if it cannot be taken in: the stream ends
   */
  CompletableFuture<AppendEntriesReplyProto> append(AppendEntriesRequestProto request)
      throws IOException;

  /**
   * Whether this answer may leave now; if not, the stream ends without it. Called right before it
   * is sent.
   */
  boolean mayLeave(AppendEntriesReplyProto reply);

  /** Takes in a piece of a snapshot; may block. */
  InstallSnapshotReplyProto install(InstallSnapshotRequestProto request) throws IOException;
}
