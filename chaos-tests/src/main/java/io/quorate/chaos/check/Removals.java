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

  /** Until when they can have taken anything; by queue. */
  private final Map<String, Long> lastPurge;

  private final Map<String, Long> lastDeletion;

  /** Declarations and deletions. */
  private final Map<String, List<Operation>> changes = new HashMap<>();

  Removals(History history) {
    history.forEach(purge -> add(purges, purge), Kind.PURGE);
    history.forEach(deletion -> add(deletions, deletion), Kind.DELETE_QUEUE);
    history.forEach(change -> add(changes, change), Kind.DECLARE_QUEUE, Kind.DELETE_QUEUE);
    lastPurge = last(purges);
    lastDeletion = last(deletions);
  }

  private static Map<String, Long> last(Map<String, List<Operation>> removals) {
    Map<String, Long> last = new HashMap<>();
    removals.forEach(
        (queue, those) ->
            those.forEach(one -> last.merge(queue, Switched.effectiveUntil(one), Math::max)));
    return last;
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

  /** Those that were asked for and answered within an interval. */
  static List<Operation> within(List<Operation> removals, long from, long to) {
    List<Operation> found = new ArrayList<>();
    for (int i = firstAfter(removals, from); i < removals.size(); i++) {
      Operation removal = removals.get(i);
      if (removal.start() >= to) {
        break;
      }
      if (removal.ok() && removal.end() < to) {
        found.add(removal);
      }
    }
    return found;
  }

  private static int firstAfter(List<Operation> removals, long time) {
    return Disturbances.countBefore(removals.size(), each -> removals.get(each).start() <= time);
  }

  /** Whether a purge may take what was published at some time or later. */
  boolean mayHavePurged(String queue, long published) {
    return lastPurge.getOrDefault(queue, Long.MIN_VALUE) >= published;
  }

  /** Whether a deletion may take what was published at some time or later. */
  boolean mayHaveDeleted(String queue, long published) {
    return lastDeletion.getOrDefault(queue, Long.MIN_VALUE) >= published;
  }

  /** Either. */
  boolean mayHaveTaken(String queue, long published) {
    return mayHavePurged(queue, published) || mayHaveDeleted(queue, published);
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
