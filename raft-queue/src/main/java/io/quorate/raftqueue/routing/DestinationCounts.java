package io.quorate.raftqueue.routing;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Destinations, each with the number of bindings that lead there: bindings that differ only in what
 * the exchange type doesn't look at lead to the same one.
 */
final class DestinationCounts {

  private final Map<Destination, Integer> bindings = new LinkedHashMap<>(2);

  /** Answers whether it is the first binding that leads there. */
  boolean add(Destination destination) {
    return bindings.merge(destination, 1, Integer::sum) == 1;
  }

  /** Answers whether no binding leads there any more. */
  boolean remove(Destination destination) {
    Integer count = bindings.get(destination);
    if (count == null) {
      throw new IllegalStateException("no binding leads to " + destination);
    }
    if (count > 1) {
      bindings.put(destination, count - 1);
      return false;
    }
    bindings.remove(destination);
    return true;
  }

  boolean isEmpty() {
    return bindings.isEmpty();
  }

  /** In the order of their first bindings. */
  Set<Destination> all() {
    return bindings.keySet();
  }
}
