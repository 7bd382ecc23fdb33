package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Whether it was shown that queues were empty in the end: each replica that was asked said so, as
 * the leader, with all replicas at the same index.
 */
final class Drained {

  /** How long an operation that was not answered may still take effect: requests end before. */
  private static final long LATEST_NANOS = 60_000_000_000L;

  /** The last that was said by each node, by queue. */
  private final Map<String, Map<Integer, Operation>> said = new TreeMap<>();

  /** Those whose replicas were watched. */
  private final Set<Integer> nodes = new TreeSet<>();

  /** When a publish to a queue last began that nobody knows the end of; by queue. */
  private final Map<String, Long> uncertain = new HashMap<>();

  Drained(History history) {
    history.forEach(
        operation ->
            said.computeIfAbsent(operation.target(), queue -> new HashMap<>())
                .put(operation.node(), operation),
        Kind.DRAIN);
    history.forEach(seen -> nodes.add(seen.node()), Kind.REPLICA);
    history.forEach(
        publish -> {
          if (publish.outcome() == Outcome.UNKNOWN) {
            uncertain.merge(publish.target(), publish.start(), Math::max);
          }
        },
        Kind.PUBLISH);
  }

  /** The queues of which somebody said something. */
  Set<String> queues() {
    return said.keySet();
  }

  /**
   * Why its replicas were not seen at the same index, with all nodes having said what they have.
   */
  @Nullable String disagreement(String queue) {
    Map<Integer, Operation> answers = said.getOrDefault(queue, Map.of());
    Set<Integer> silent = new TreeSet<>(nodes);
    silent.removeAll(answers.keySet());
    if (!silent.isEmpty()) {
      return "nodes %s were not asked at the end what they have of %s".formatted(silent, queue);
    }
    return answers.values().stream().anyMatch(Drained::agreed)
        ? null
        : "the replicas of " + queue + " were not seen at the same index in the end";
  }

  private static boolean agreed(Operation answer) {
    return answer.ok() && answer.detail().equals("replicas agree");
  }

  /**
   * How replicas differ in what they have of a queue, each of them at the index of all others and
   * with nothing that could have come in between; null if they do not.
   */
  @Nullable String difference(String queue) {
    Operation first = null;
    for (Operation answer : said.getOrDefault(queue, Map.of()).values()) {
      if (!agreed(answer)) {
        continue;
      }
      if (first == null) {
        first = answer;
      } else if (messages(first) != messages(answer) && isCertain(queue, first, answer)) {
        return "%s: node %d has %d messages, node %d has %d, and all replicas are at the same index"
            .formatted(queue, first.node(), messages(first), answer.node(), messages(answer));
      }
    }
    return null;
  }

  private static long messages(Operation answer) {
    return answer.count() + answer.tag();
  }

  /** A publish whose end nobody knows may have taken effect late. */
  private boolean isCertain(String queue, Operation one, Operation other) {
    long begin = Math.min(one.start(), other.start()) - LATEST_NANOS;
    return uncertain.getOrDefault(queue, -1L) < Math.max(0, begin)
        && uncertain.getOrDefault("", -1L) < Math.max(0, begin);
  }

  /** Why it was not shown for a queue; null if it was. */
  @Nullable String doubt(String queue) {
    Map<Integer, Operation> answers = said.getOrDefault(queue, Map.of());
    if (answers.isEmpty()) {
      return "it was not shown that " + queue + " was empty at the end";
    }
    for (Operation answer : answers.values()) {
      if (!answer.ok()) {
        return "node %d did not say at the end what it has of %s: %s"
            .formatted(answer.node(), queue, answer.detail());
      }
      if (answer.count() != 0 || answer.tag() != 0) {
        return "%s was not empty at the end: node %d has %d ready and %d unacked"
            .formatted(queue, answer.node(), answer.count(), answer.tag());
      }
    }
    return disagreement(queue);
  }
}
