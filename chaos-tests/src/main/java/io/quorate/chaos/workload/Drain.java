package io.quorate.chaos.workload;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.quorate.chaos.cluster.Admin;
import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.EventType;
import io.quorate.chaos.history.HistoryWriter;
import io.quorate.chaos.history.Kind;
import io.quorate.chaos.sut.ClusterUnderTest;
import io.quorate.chaos.sut.Figures;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Shows that queues are empty on all replicas: waits until their leaders say so, then has each
 * replica lead once and asks it. What each says goes into the history.
 */
final class Drain {

  /** A queue as its leader sees it; -1 and null for what did not answer. */
  private record Said(@Nullable Integer shard, int leader, long ready, long unacked) {
    boolean empty() {
      return ready == 0 && unacked == 0;
    }
  }

  private final ClusterUnderTest cluster;
  private final HistoryWriter history;
  private final Set<String> queues;

  Drain(ClusterUnderTest cluster, HistoryWriter history, Collection<String> queues) {
    this.cluster = cluster;
    this.history = history;
    this.queues = Set.copyOf(queues);
  }

  /**
   * Waits for it and writes it down; what is not empty within {@code limit} is written down too.
   */
  void prove(Duration limit) {
    Map<String, Said> said = awaitEmpty(limit);
    said.forEach((queue, one) -> note(queue, one, one.leader()));
    if (!said.isEmpty() && said.values().stream().allMatch(Said::empty)) {
      cluster.nodes().forEach(node -> askAsLeader(node, said));
    }
  }

  /** Waits until the leaders say so and all replicas have applied the same. */
  private Map<String, Said> awaitEmpty(Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    Map<String, Said> said = Map.of();
    do {
      try {
        said = ask();
        if (said.keySet().equals(queues)
            && said.values().stream().allMatch(Said::empty)
            && shardsOf(said).stream().allMatch(this::agreed)) {
          return said;
        }
      } catch (AssertionError e) {
        // the command line says that no node answers; it is asked again
      }
      Await.pause(Duration.ofMillis(300));
    } while (System.nanoTime() < deadline);
    return said;
  }

  private Map<String, Said> ask() {
    Map<String, Said> said = new TreeMap<>();
    JsonObject answer = cluster.admin().json("queue", "list");
    for (JsonElement element : answer.getAsJsonArray("queues")) {
      JsonObject queue = element.getAsJsonObject();
      String name = queue.get("name").getAsString();
      if (queues.contains(name)) {
        JsonElement stats = queue.get("stats");
        said.put(
            name,
            new Said(
                queue.get("shard").isJsonNull() ? null : queue.get("shard").getAsInt(),
                queue.get("leader").isJsonNull() ? 0 : queue.get("leader").getAsInt(),
                stats.isJsonNull() ? -1 : stats.getAsJsonObject().get("ready").getAsLong(),
                stats.isJsonNull() ? -1 : stats.getAsJsonObject().get("unacked").getAsLong()));
      }
    }
    return said;
  }

  private static Set<Integer> shardsOf(Map<String, Said> said) {
    Set<Integer> shards = new TreeSet<>();
    said.values().stream().map(Said::shard).filter(Objects::nonNull).forEach(shards::add);
    return shards;
  }

  /** Whether all nodes answer and their replicas of a shard have applied the same entries. */
  private boolean agreed(@Nullable Integer shard) {
    Set<Long> applied = new HashSet<>();
    for (int node : cluster.nodes()) {
      Figures.Group group = cluster.figures(node).groups().get("" + shard);
      if (group == null) {
        return false;
      }
      applied.add(group.applied());
    }
    return applied.size() == 1;
  }

  private void askAsLeader(int node, Map<String, Said> before) {
    Admin admin = cluster.admin();
    for (int shard : shardsOf(before)) {
      admin.run("shard", "transfer-leader", "" + shard, "" + node);
    }
    Map<String, Said> said = Map.of();
    try {
      said = ask();
    } catch (AssertionError e) {
      // noted below: nobody has answered
    }
    Said nobody = new Said(null, 0, -1, -1);
    for (String queue : before.keySet()) {
      note(queue, said.getOrDefault(queue, nobody), node);
    }
  }

  /** Not known if another node leads by now. */
  private void note(String queue, Said said, int node) {
    boolean known = said.leader() == node && said.ready() >= 0;
    boolean agreed = said.shard() != null && agreed(said.shard());
    history.record(
        Event.of(known ? EventType.OK : EventType.INFO, Kind.DRAIN, history.nextOperation())
            .by("drain", node, 0)
            .on(queue)
            .count(said.ready())
            .tag(said.unacked())
            .detail(agreed ? "replicas agree" : "replicas differ"));
  }
}
