package io.quorate.raftqueue.routing;

import io.quorate.raftqueue.api.QueueRef;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The destinations that share one place in an exchange (one routing key, one pattern). */
final class DestinationSet {

  private final DestinationCounts bindings = new DestinationCounts();

  /** Made when first asked for after a change: many binds in a row must not cost a copy each. */
  private volatile @Nullable Routes routes;

  void add(Destination destination) {
    if (bindings.add(destination)) {
      routes = null;
    }
  }

  void remove(Destination destination) {
    if (bindings.remove(destination)) {
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
    Set<Destination> all = bindings.all();
    List<QueueRef> queues = new ArrayList<>(all.size());
    List<ExchangeNode> exchanges = new ArrayList<>(0);
    for (Destination destination : all) {
      if (destination instanceof QueueDestination queue) {
        if (all.size() == 1) {
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
