package io.quorate.chaos.fault;

import io.quorate.chaos.sut.ClusterUnderTest;
import io.quorate.chaos.sut.Figures;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Waits until replicas know what was committed, as far as nodes say so themselves. */
final class Knowledge {

  private static final Duration SETTLE_LIMIT = Duration.ofSeconds(60);
  private static final Duration LOOK = Duration.ofMillis(500);
  private static final int STEADY_LOOKS = 4;

  private Knowledge() {}

  /**
   * Both of the others have applied whatever was committed when the node was dead: a leader among
   * them has led for a while, so that it knows, and both have caught up with it.
   *
   * @throws NotNow if they have not within a minute
   */
  static void awaitOthersKnowAll(ClusterUnderTest cluster, int node) {
    List<Integer> others = cluster.nodesExcept(node);
    Map<String, Long> goals = new TreeMap<>();
    Hold limit = new Hold(SETTLE_LIMIT);
    int steady = 0;
    while (!limit.isOver()) {
      limit.rest(LOOK);
      List<Figures> figures = figures(cluster, others);
      steady = figures.stream().allMatch(one -> isLed(one, others)) ? steady + 1 : 0;
      if (steady == STEADY_LOOKS) {
        addCommitted(figures, goals);
      } else if (steady > STEADY_LOOKS && haveReached(figures, goals)) {
        return;
      }
    }
    throw new NotNow("the other nodes do not agree after " + SETTLE_LIMIT.toSeconds() + " s");
  }

  /** Whether a node that forgot all comes to know, in time, what the others had committed. */
  static boolean awaitCaughtUp(ClusterUnderTest cluster, int node, Duration within) {
    Map<String, Long> goals = new TreeMap<>();
    addCommitted(figures(cluster, cluster.nodesExcept(node)), goals);
    Hold limit = new Hold(within);
    while (!limit.isOver()) {
      if (haveReached(List.of(cluster.figures(node)), goals)) {
        return true;
      }
      limit.rest(LOOK);
    }
    return false;
  }

  private static List<Figures> figures(ClusterUnderTest cluster, List<Integer> nodes) {
    return nodes.stream().map(cluster::figures).toList();
  }

  private static void addCommitted(List<Figures> figures, Map<String, Long> goals) {
    figures.forEach(
        one -> one.groups().forEach((group, now) -> goals.merge(group, now.commit(), Math::max)));
  }

  private static boolean isLed(Figures figures, List<Integer> nodes) {
    return figures.reached()
        && figures.groups().values().stream().allMatch(group -> nodes.contains(group.leader()));
  }

  private static boolean haveReached(List<Figures> figures, Map<String, Long> goals) {
    return goals.entrySet().stream()
        .allMatch(
            goal ->
                figures.stream()
                    .map(one -> one.groups().get(goal.getKey()))
                    .allMatch(group -> group != null && group.applied() >= goal.getValue()));
  }
}
