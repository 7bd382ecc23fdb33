package io.quorate.raftqueue.metadata;

import io.quorate.raftqueue.api.ExchangeDefinition;
import io.quorate.raftqueue.routing.Destination;
import io.quorate.raftqueue.routing.ExchangeNode;
import io.quorate.raftqueue.routing.QueueDestination;
import io.quorate.raftqueue.routing.RoutingTable;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Map;

/**
 * One virtual host. An auto-delete exchange goes with the last binding of which it is the source,
 * whatever takes that away but the loss of a node.
 */
final class Vhost {

  /** Names to types. */
  private static final Map<String, String> PREDECLARED =
      Map.of(
          RoutingTable.DEFAULT_EXCHANGE,
          "direct",
          "amq.direct",
          "direct",
          "amq.fanout",
          "fanout",
          "amq.topic",
          "topic",
          "amq.headers",
          "headers",
          "amq.match",
          "headers");

  private final String name;
  private final RoutingTable routes = new RoutingTable();
  private final BindingTable bindings = new BindingTable();

  Vhost(String name) {
    this.name = name;
    PREDECLARED.forEach(
        (exchange, type) ->
            routes.add(
                new ExchangeNode(
                    new ExchangeDefinition(name, exchange, type, true, false, false, Map.of()))));
  }

  static boolean isPredeclared(String exchange) {
    return PREDECLARED.containsKey(exchange);
  }

  String name() {
    return name;
  }

  RoutingTable routes() {
    return routes;
  }

  BindingTable bindings() {
    return bindings;
  }

  void removeQueue(QueueDestination queue) {
    routes.remove(queue);
    removeUnbound(bindings.removeDestination(queue));
  }

  /** As {@link #removeQueue}, but no exchange goes. */
  void removeReplacedQueue(QueueDestination queue) {
    routes.remove(queue);
    bindings.removeDestination(queue);
  }

  void removeExchange(ExchangeNode exchange) {
    Deque<ExchangeNode> gone = new ArrayDeque<>();
    gone.add(exchange);
    for (ExchangeNode next = gone.poll(); next != null; next = gone.poll()) {
      routes.remove(next);
      bindings.removeSource(next);
      for (ExchangeNode source : bindings.removeDestination(next)) {
        if (isUnbound(source)) {
          gone.add(source);
        }
      }
    }
  }

  /** Answers false if it was not there. */
  boolean removeBinding(Binding binding) {
    if (!bindings.remove(binding)) {
      return false;
    }
    if (isUnbound(binding.source())) {
      removeExchange(binding.source());
    }
    return true;
  }

  /** Adds a binding whose ends are there. */
  void restore(MetadataSnapshot.BindingRecord binding) {
    ExchangeNode source = routes.exchange(binding.source());
    Destination destination =
        binding.toQueue()
            ? routes.queue(binding.destination())
            : routes.exchange(binding.destination());
    if (source == null || destination == null) {
      throw new IllegalArgumentException("a binding without an end: " + binding);
    }
    bindings.add(new Binding(source, destination, binding.routingKey(), binding.arguments()));
  }

  private void removeUnbound(Collection<ExchangeNode> sources) {
    for (ExchangeNode source : sources) {
      if (isUnbound(source)) {
        removeExchange(source);
      }
    }
  }

  /** Whether an exchange that has just lost a binding goes. */
  private boolean isUnbound(ExchangeNode source) {
    return source.definition().autoDelete() && !bindings.hasSource(source);
  }
}
