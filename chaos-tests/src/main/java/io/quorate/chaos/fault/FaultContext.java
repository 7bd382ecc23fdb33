package io.quorate.chaos.fault;

import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.HistoryWriter;
import io.quorate.chaos.sut.ClusterUnderTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a fault may look at and use.
 *
 * @param random of this one fault, from the schedule's seed
 * @param remarks takes what people should know, and what a node did that it should not
 */
public record FaultContext(
    ClusterUnderTest cluster, HistoryWriter history, Random random, Remarks remarks) {

  private static final Duration LEADER_LIMIT = Duration.ofSeconds(5);
  private static final Duration LEADER_LOOK = Duration.ofMillis(250);

  /** Any node. */
  public int anyNode() {
    return pick(cluster.nodes());
  }

  /**
   * A node that leads a shard, or the definitions; waits for one for a moment.
   *
   * @throws NotNow if no node says that it leads anything
   */
  public int leader() {
    Hold limit = new Hold(LEADER_LIMIT);
    Map<String, Led> leaders = leaders();
    while (leaders.isEmpty() && !limit.isOver()) {
      limit.rest(LEADER_LOOK);
      leaders = leaders();
    }
    if (leaders.isEmpty()) {
      throw new NotNow("no node leads anything");
    }
    List<String> groups = List.copyOf(leaders.keySet());
    String group = groups.get(random.nextInt(groups.size()));
    Led chosen = Objects.requireNonNull(leaders.get(group));
    remarks.say("node %d leads %s in term %d".formatted(chosen.node(), group, chosen.term()));
    return chosen.node();
  }

  private record Led(int node, long term) {}

  /** By their own word; of two that say so the one of the later term. */
  private Map<String, Led> leaders() {
    Map<String, Led> leaders = new TreeMap<>();
    for (int node : cluster.nodes()) {
      cluster
          .figures(node)
          .groups()
          .forEach(
              (group, figure) -> {
                if (figure.leader() == node) {
                  leaders.merge(
                      group,
                      new Led(node, figure.term()),
                      (one, other) -> one.term() > other.term() ? one : other);
                }
              });
    }
    return leaders;
  }

  /** The leader half of the time, else any node. */
  public int leaderOrAny() {
    return random.nextBoolean() ? leader() : anyNode();
  }

  public List<Integer> shuffledNodes() {
    List<Integer> nodes = new ArrayList<>(cluster.nodes());
    Collections.shuffle(nodes, random);
    return nodes;
  }

  public int pick(List<Integer> nodes) {
    return nodes.get(random.nextInt(nodes.size()));
  }

  /** From the least, inclusive, to the most, exclusive. */
  public int between(int least, int most) {
    return least + random.nextInt(most - least);
  }

  /** How the history names nodes. */
  public static String nodes(Collection<Integer> nodes) {
    return (nodes.size() == 1 ? "node " : "nodes ")
        + nodes.stream().sorted().map(String::valueOf).collect(Collectors.joining(" "));
  }

  /** Records an event. */
  public void record(Event event) {
    history.record(event);
  }
}
