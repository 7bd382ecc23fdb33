package io.quorate.raftqueue.routing;

import io.quorate.raftqueue.api.QueueRef;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The destinations that share one place in an exchange (one routing key, one pattern). Bindings
 * that differ only in what the exchange type doesn't look at lead to the same destination, so each
 * is counted.
 */
final class DestinationSet {

  private final Map<Destination, Integer> bindings = new LinkedHashMap<>(2);

  /** Made when first asked for after a change: many binds in a row must not cost a copy each. */
  private volatile @Nullable Routes routes;

  void add(Destination destination) {
    if (bindings.merge(destination, 1, Integer::sum) == 1) {
      routes = null;
    }
  }

  void remove(Destination destination) {
    Integer count = bindings.get(destination);
    if (count == null) {
      throw new IllegalStateException("no binding leads to " + destination);
    }
    if (count > 1) {
      bindings.put(destination, count - 1);
    } else {
      bindings.remove(destination);
      routes = null;
    }
  }

  boolean isEmpty() {
    return bindings.isEmpty();
  }

  /** What {@link #routes} would answer, if it is at hand. May be called beside a writer. */
  @Nullable Routes routesAtHand() {
    return routes;
  }

  Routes routes() {
    Routes known = routes;
    if (known == null) {
      known = collect();
      routes = known;
    }
    return known;
  }

  private Routes collect() {
    List<QueueRef> queues = new ArrayList<>(bindings.size());
    List<ExchangeNode> exchanges = new ArrayList<>(0);
    for (Destination destination : bindings.keySet()) {
      if (destination instanceof QueueDestination queue) {
        if (bindings.size() == 1) {
          return queue.routes();
        }
        queues.add(queue.definition().ref());
      } else if (destination instanceof ExchangeNode exchange) {
        exchanges.add(exchange);
      }
    }
    return new Routes(
        Collections.unmodifiableList(queues), Collections.unmodifiableList(exchanges));
  }
}
