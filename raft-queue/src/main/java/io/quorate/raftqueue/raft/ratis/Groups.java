package io.quorate.raftqueue.raft.ratis;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.util.ProtoUtils;
import org.jspecify.annotations.Nullable;

/** The groups of a node by their identity. Thread-safe. */
final class Groups {
  private final Map<RaftGroupId, RatisGroup> byId = new ConcurrentHashMap<>();

  void put(RaftGroupId id, RatisGroup group) {
    if (byId.putIfAbsent(id, group) != null) {
      throw new IllegalArgumentException("group " + group.id() + " was added before");
    }
  }

  @Nullable RatisGroup find(RaftGroupId id) {
    return byId.get(id);
  }

  RatisGroup of(RaftGroupId id) {
    RatisGroup group = byId.get(id);
    if (group == null) {
      throw new IllegalStateException("unknown group " + id);
    }
    return group;
  }

  /**
   * Whether an answer to an append may leave as of now: an acceptance carries a promise ({@link
   * LeaderPromise}), which is given here.
   */
  boolean mayAcknowledge(AppendEntriesReplyProto reply) {
    boolean accepted =
        reply.getResult() == AppendResult.SUCCESS
            || reply.getResult() == AppendResult.INCONSISTENCY;
    RatisGroup group =
        accepted ? find(ProtoUtils.toRaftGroupId(reply.getServerReply().getRaftGroupId())) : null;
    return group == null || group.promise().mayAcknowledge(reply.getTerm(), System.nanoTime());
  }

  Collection<RatisGroup> all() {
    return byId.values();
  }
}
