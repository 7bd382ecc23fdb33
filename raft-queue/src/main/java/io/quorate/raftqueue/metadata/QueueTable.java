package io.quorate.raftqueue.metadata;

import io.quorate.raftqueue.api.QueueDefinition;
import io.quorate.raftqueue.api.QueueRef;
import io.quorate.raftqueue.routing.QueueDestination;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All queues by id, and those that end with a connection or a node by what they end with. */
final class QueueTable {

  /** Ids only rise, so the order of insertion is the order of ids. */
  private final Map<Long, QueueDestination> byId = new LinkedHashMap<>();

  private final Map<String, Set<QueueDestination>> byOwner = new HashMap<>();
  private final Map<Integer, Set<QueueDestination>> byLocalShard = new HashMap<>();

  @Nullable QueueDestination get(long id) {
    return byId.get(id);
  }

  /** In order of id. */
  Collection<QueueDestination> all() {
    return byId.values();
  }

  void add(QueueDestination queue) {
    QueueDefinition definition = queue.definition();
    if (byId.put(definition.ref().id(), queue) != null) {
      throw new IllegalStateException("queue id " + definition.ref().id() + " was given twice");
    }
    if (definition.owner() != null) {
      byOwner.computeIfAbsent(definition.owner(), key -> new LinkedHashSet<>(2)).add(queue);
    }
    if (!definition.ref().replicated()) {
      byLocalShard
          .computeIfAbsent(definition.ref().shard(), key -> new LinkedHashSet<>())
          .add(queue);
    }
  }

  void remove(QueueDestination queue) {
    QueueDefinition definition = queue.definition();
    byId.remove(definition.ref().id());
    if (definition.owner() != null) {
      removeFrom(byOwner, definition.owner(), queue);
    }
    if (!definition.ref().replicated()) {
      removeFrom(byLocalShard, definition.ref().shard(), queue);
    }
  }

  /** A copy: removing while going through it is fine. */
  List<QueueDestination> ownedBy(String owner) {
    return List.copyOf(byOwner.getOrDefault(owner, Set.of()));
  }

  /** The queues in the memory of a node; a copy. */
  List<QueueDestination> inMemoryOf(int node) {
    return List.copyOf(byLocalShard.getOrDefault(QueueRef.localShard(node), Set.of()));
  }

  private static <K> void removeFrom(
      Map<K, Set<QueueDestination>> index, K key, QueueDestination queue) {
    Set<QueueDestination> queues = index.get(key);
    if (queues != null && queues.remove(queue) && queues.isEmpty()) {
      index.remove(key);
    }
  }
}
