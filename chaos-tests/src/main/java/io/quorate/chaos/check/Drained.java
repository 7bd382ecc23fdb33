package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether it was shown that queues were empty in the end: each replica that was asked said so, as
 * the leader, with all replicas at the same index.
 */
final class Drained {

  /** The last that was said by each node, by queue. */
  private final Map<String, Map<Integer, Operation>> said = new HashMap<>();

  Drained(History history) {
    history.forEach(
        operation ->
            said.computeIfAbsent(operation.target(), queue -> new HashMap<>())
                .put(operation.node(), operation),
        Kind.DRAIN);
  }

  /** Why it was not shown for a queue; null if it was. */
  @Nullable String doubt(String queue) {
    Map<Integer, Operation> answers = said.getOrDefault(queue, Map.of());
    if (answers.isEmpty()) {
      return "it was not shown that " + queue + " was empty at the end";
    }
    boolean agreed = false;
    for (Operation answer : answers.values()) {
      if (!answer.ok()) {
        return "node %d did not say at the end what it has of %s: %s"
            .formatted(answer.node(), queue, answer.detail());
      }
      if (answer.count() != 0 || answer.tag() != 0) {
        return "%s was not empty at the end: node %d has %d ready and %d unacked"
            .formatted(queue, answer.node(), answer.count(), answer.tag());
      }
      agreed |= answer.detail().equals("replicas agree");
    }
    return agreed ? null : "the replicas of " + queue + " were not seen at the same index";
  }
}
