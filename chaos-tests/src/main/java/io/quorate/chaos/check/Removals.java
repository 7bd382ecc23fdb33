package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What takes messages out of queues without giving them to anybody: purges and deletions. */
final class Removals {

  private final Map<String, List<Operation>> purges = new HashMap<>();
  private final Map<String, List<Operation>> deletions = new HashMap<>();

  /** Declarations and deletions. */
  private final Map<String, List<Operation>> changes = new HashMap<>();

  Removals(History history) {
    history.forEach(purge -> add(purges, purge), Kind.PURGE);
    history.forEach(deletion -> add(deletions, deletion), Kind.DELETE_QUEUE);
    history.forEach(change -> add(changes, change), Kind.DECLARE_QUEUE, Kind.DELETE_QUEUE);
  }

  private static void add(Map<String, List<Operation>> map, Operation operation) {
    map.computeIfAbsent(operation.target(), queue -> new ArrayList<>()).add(operation);
  }

  /** In the order of their starts. */
  List<Operation> purges(String queue) {
    return purges.getOrDefault(queue, List.of());
  }

  /** In the order of their starts. */
  List<Operation> deletions(String queue) {
    return deletions.getOrDefault(queue, List.of());
  }

  /** Whether a purge may take what was published at some time or later. */
  boolean mayHavePurged(String queue, long published) {
    return anyAfter(purges(queue), published);
  }

  /** Whether a deletion may take what was published at some time or later. */
  boolean mayHaveDeleted(String queue, long published) {
    return anyAfter(deletions(queue), published);
  }

  /** Either. */
  boolean mayHaveTaken(String queue, long published) {
    return mayHavePurged(queue, published) || mayHaveDeleted(queue, published);
  }

  private static boolean anyAfter(List<Operation> removals, long published) {
    return removals.stream().anyMatch(removal -> Switched.effectiveUntil(removal) >= published);
  }

  /** What is known of a queue's being there, over an interval. */
  Switched there(String queue, long from, long to) {
    return Switched.at(changes.getOrDefault(queue, List.of()), Kind.DECLARE_QUEUE, from, to);
  }

  /** Whether it was there all the time, for certain; one that nobody deletes is. */
  boolean wasThere(String queue, long from, long to) {
    if (deletions(queue).isEmpty()) {
      return true;
    }
    Switched state = there(queue, from, to);
    return state.certain() && state.on();
  }
}
