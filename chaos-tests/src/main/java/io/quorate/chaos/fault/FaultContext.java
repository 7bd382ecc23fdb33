package io.quorate.chaos.fault;

import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.HistoryWriter;
import io.quorate.chaos.sut.ClusterUnderTest;
import io.quorate.chaos.sut.Figures;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
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

  /** Any node. */
  public int anyNode() {
    return pick(cluster.nodes());
  }

  /** A node that leads a shard with queues, or another one if no leader is known. */
  public int leader() {
    Map<String, Integer> leaders = new TreeMap<>();
    for (int node : cluster.nodes()) {
      Figures figures = cluster.figures(node);
      figures
          .groups()
          .forEach(
              (group, figure) -> {
                if (!group.equals("metadata") && figure.leader() != 0) {
                  leaders.put(group, figure.leader());
                }
              });
    }
    return leaders.isEmpty() ? anyNode() : pick(List.copyOf(leaders.values()));
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
