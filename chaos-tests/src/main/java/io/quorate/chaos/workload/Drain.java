package io.quorate.chaos.workload;

import io.quorate.chaos.cluster.AdminApi;
import io.quorate.chaos.cluster.AdminApi.Leadership;
import io.quorate.chaos.cluster.AdminApi.QueueSeen;
import io.quorate.chaos.cluster.AdminApi.Refused;
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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Shows that queues are empty on all replicas: waits until their leaders say so, then has each
 * replica of each shard lead once and asks its own node. What each says goes into the history.
 *
 * <p>Leaders move by themselves too (the cluster takes each leadership back to its first member
 * after ten seconds, a slow machine elects another one): a replica's word counts only if it led in
 * the same term before and after it was asked, and is asked again otherwise.
 */
final class Drain implements AutoCloseable {

  /** For each replica: a transfer may time out once and be tried again. */
  private static final Duration REPLICA_LIMIT = Duration.ofSeconds(40);

  private static final Duration AGREEMENT_LIMIT = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(200);

  /** What the checkers read. */
  private static final String AGREE = "replicas agree";

  private static final String DIFFER = "replicas differ";

  private final ClusterUnderTest cluster;
  private final HistoryWriter history;
  private final Set<String> queues;
  private final Map<Integer, AdminApi> nodes = new TreeMap<>();

  Drain(ClusterUnderTest cluster, HistoryWriter history, Collection<String> queues) {
    this.cluster = cluster;
    this.history = history;
    this.queues = Set.copyOf(queues);
    cluster.nodes().forEach(node -> nodes.put(node, new AdminApi(cluster.admin(node).endpoints())));
  }

  /**
   * Waits for it and writes it down; what is not empty within {@code limit} is written down too.
   *
   * @param idle whether the consumers are there and hold nothing
   * @param reopen has the consumers give back whatever they may be thought to hold; called if half
   *     of the time has passed
   */
  void prove(Duration limit, BooleanSupplier idle, Runnable reopen) {
    Map<String, QueueSeen> said = awaitEmpty(limit, idle, reopen);
    noteMissing(said.keySet());
    boolean allEmpty = said.values().stream().allMatch(Drain::empty);
    for (QueueSeen one : said.values()) {
      String doubt =
          empty(one) && !allEmpty
              ? "the other replicas were not asked, since not all queues were empty"
              : doubt(one, one.leader());
      note(one, one.leader(), doubt);
    }
    if (allEmpty) {
      for (int shard : shardsOf(said)) {
        cluster.nodes().forEach(node -> askAsLeader(shard, node, said));
      }
    }
  }

  /**
   * What was said last.
   *
   * @param drained whether all was well then; asked again, replicas may be an entry apart
   */
  private record Waited(Map<String, QueueSeen> said, boolean drained) {}

  private static boolean empty(QueueSeen queue) {
    return queue.ready() == 0 && queue.unacked() == 0;
  }

  private Map<String, QueueSeen> awaitEmpty(Duration limit, BooleanSupplier idle, Runnable reopen) {
    Standstill standstill = new Standstill(idle);
    Waited waited = awaitEmpty(limit.dividedBy(2), standstill);
    if (!waited.drained()) {
      note(standstill);
      reopen.run();
      waited = awaitEmpty(limit.dividedBy(2), standstill);
      if (!waited.drained()) {
        note(standstill);
      }
    }
    return waited.said();
  }

  private void note(Standstill standstill) {
    standstill.stuck().ifPresent(text -> history.record(Event.phase("stuck").on(text)));
  }

  /** Waits until the leaders say so and all replicas have applied the same. */
  private Waited awaitEmpty(Duration limit, Standstill standstill) {
    long deadline = System.nanoTime() + limit.toNanos();
    Map<String, QueueSeen> said = Map.of();
    do {
      said = askAnyone();
      if (isDrained(said)) {
        return new Waited(said, true);
      }
      standstill.look(said);
      Await.pause(PAUSE);
    } while (System.nanoTime() < deadline);
    return new Waited(said, false);
  }

  private boolean isDrained(Map<String, QueueSeen> said) {
    return said.keySet().equals(queues)
        && said.values().stream().allMatch(Drain::empty)
        && shardsOf(said).stream().allMatch(this::agreed);
  }

  /**
   * A queue that nobody has deleted, and that is not there, holds nothing either. A node that is
   * not ready does not know yet what there is: after a start it has heard of nothing.
   */
  private void noteMissing(Set<String> there) {
    Set<String> missing = new TreeSet<>(queues);
    missing.removeAll(there);
    for (int node : missing.isEmpty() ? List.<Integer>of() : cluster.nodes()) {
      for (String queue : missing) {
        String doubt = "it did not answer";
        try {
          boolean ready = cluster.isReady(node); // before it is asked
          boolean gone = !ask(Objects.requireNonNull(nodes.get(node))).containsKey(queue);
          doubt = !gone ? "it is there again" : ready ? "" : "it is not there, nor is it ready";
        } catch (Refused e) {
          // stays in doubt
        }
        record(queue, 0, 0, node, doubt, AGREE);
      }
    }
  }

  /** What the first node says that knows all the queues' leaders. */
  private Map<String, QueueSeen> askAnyone() {
    Map<String, QueueSeen> said = Map.of();
    for (AdminApi node : nodes.values()) {
      try {
        said = ask(node);
        if (said.values().stream().allMatch(one -> one.ready() >= 0)) {
          return said;
        }
      } catch (Refused e) {
        // another node may answer
      }
    }
    return said;
  }

  private Map<String, QueueSeen> ask(AdminApi node) throws Refused {
    Map<String, QueueSeen> said = new TreeMap<>();
    for (QueueSeen queue : node.queues()) {
      if (queues.contains(queue.name())) {
        said.put(queue.name(), queue);
      }
    }
    return said;
  }

  private static Set<Integer> shardsOf(Map<String, QueueSeen> said) {
    Set<Integer> shards = new TreeSet<>();
    said.values().stream().map(QueueSeen::shard).filter(Objects::nonNull).forEach(shards::add);
    return shards;
  }

  /** A new leader's first entries take a moment to be applied everywhere. */
  private boolean agreesSoon(@Nullable Integer shard) {
    long deadline = System.nanoTime() + AGREEMENT_LIMIT.toNanos();
    while (!agreed(shard)) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      Await.pause(PAUSE);
    }
    return true;
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

  private void askAsLeader(int shard, int node, Map<String, QueueSeen> before) {
    long deadline = System.nanoTime() + REPLICA_LIMIT.toNanos();
    AdminApi asked = Objects.requireNonNull(nodes.get(node));
    String doubt = "it was not asked";
    Map<String, QueueSeen> said = Map.of();
    do {
      try {
        asked.transferLeader(shard, node);
        Leadership began = asked.leadership(shard);
        said = ask(asked);
        doubt = doubt(shard, node, said, began, asked.leadership(shard));
      } catch (Refused e) {
        doubt = "it could not be made the leader: " + e.getMessage();
      }
      if (!doubt.isEmpty()) {
        Await.pause(PAUSE);
      }
    } while (!doubt.isEmpty() && System.nanoTime() < deadline);
    for (QueueSeen queue : before.values()) {
      if (Objects.equals(queue.shard(), shard)) {
        note(said.getOrDefault(queue.name(), unknown(queue)), node, doubt);
      }
    }
  }

  private static QueueSeen unknown(QueueSeen queue) {
    return new QueueSeen(queue.name(), queue.shard(), 0, -1, -1);
  }

  /** Why it is not this replica's word; empty if it is. */
  private static String doubt(
      int shard, int node, Map<String, QueueSeen> said, Leadership began, Leadership ended) {
    if (began.leader() != node || !began.equals(ended)) {
      return "it did not lead all the while: before node %d in term %d, then node %d in term %d"
          .formatted(began.leader(), began.term(), ended.leader(), ended.term());
    }
    for (QueueSeen queue : said.values()) {
      String doubt = Objects.equals(queue.shard(), shard) ? doubt(queue, node) : "";
      if (!doubt.isEmpty()) {
        return doubt;
      }
    }
    return "";
  }

  private static String doubt(QueueSeen queue, int node) {
    if (queue.leader() != node || node == 0) {
      return "node " + queue.leader() + " led";
    }
    return queue.ready() < 0 ? "it led, but did not answer" : "";
  }

  /** Not known if there is a doubt. */
  private void note(QueueSeen said, int node, String doubt) {
    String detail = doubt.isEmpty() && agreesSoon(said.shard()) ? AGREE : DIFFER;
    record(said.name(), said.ready(), said.unacked(), node, doubt, detail);
  }

  private void record(
      String queue, long ready, long unacked, int node, String doubt, String detail) {
    EventType type = doubt.isEmpty() ? EventType.OK : EventType.INFO;
    history.record(
        Event.of(type, Kind.DRAIN, history.nextOperation())
            .by("drain", node, 0)
            .on(queue)
            .count(ready)
            .tag(unacked)
            .detail(doubt.isEmpty() ? detail : doubt));
  }

  @Override
  public void close() {
    nodes.values().forEach(AdminApi::close);
  }
}
