package io.quorate.raftqueue.raft.ratis;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.protocol.RaftGroupId;
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

  Collection<RatisGroup> all() {
    return byId.values();
  }
}
