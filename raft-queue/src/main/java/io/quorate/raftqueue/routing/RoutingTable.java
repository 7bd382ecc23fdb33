package io.quorate.raftqueue.routing;

import io.quorate.raftqueue.api.QueueRef;
import io.quorate.raftqueue.api.RoutedMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The exchanges and queues of one virtual host. The default exchange has no bindings of its own:
 * the routing key names the queue.
 */
public final class RoutingTable {

  /** The name of the default exchange. */
  public static final String DEFAULT_EXCHANGE = "";

  private final ConcurrentHashMap<String, QueueDestination> queues = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, ExchangeNode> exchanges = new ConcurrentHashMap<>();

  /** May be called beside a writer. */
  public @Nullable QueueDestination queue(String name) {
    return queues.get(name);
  }

  /** May be called beside a writer. */
  public @Nullable ExchangeNode exchange(String name) {
    return exchanges.get(name);
  }

  /** In no order. */
  public Collection<ExchangeNode> exchanges() {
    return exchanges.values();
  }

  public void add(QueueDestination queue) {
    queues.put(queue.definition().name(), queue);
  }

  public void add(ExchangeNode exchange) {
    exchanges.put(exchange.definition().name(), exchange);
  }

  /** Removes the name; bindings are the caller's business. */
  public void remove(QueueDestination queue) {
    queues.remove(queue.definition().name(), queue);
  }

  /** Removes the name; bindings are the caller's business. */
  public void remove(ExchangeNode exchange) {
    exchanges.remove(exchange.definition().name(), exchange);
  }

  /**
   * The common cases without any allocation: the default exchange, and a direct exchange where a
   * key leads to queues only. May be called beside a writer; the answer counts only if there was
   * none meanwhile.
   *
   * @return null if it takes {@link #route} to tell
   */
  public @Nullable List<QueueRef> routeAtHand(String exchange, String routingKey) {
    if (exchange.equals(DEFAULT_EXCHANGE)) {
      QueueDestination queue = queues.get(routingKey);
      return queue == null ? List.of() : queue.routes().queues();
    }
    ExchangeNode node = exchanges.get(exchange);
    if (node == null || !(node.index() instanceof DirectTable table)) {
      return null;
    }
    DestinationSet set = table.find(routingKey);
    if (set == null) {
      return node.alternate() == null ? List.of() : null;
    }
    Routes routes = set.routesAtHand();
    return routes == null || !routes.exchanges().isEmpty() ? null : routes.queues();
  }

  /** {@link #route(String, List, RoutedMessage)} of a message with one key. */
  public @Nullable List<QueueRef> route(String exchange, String routingKey, RoutedMessage message) {
    return route(exchange, List.of(routingKey), message);
  }

  /**
   * The queues that a message goes to, each once.
   *
   * @param routingKeys at least one; each exchange on the way is asked with all of them
   * @param message asked for no more than the exchanges with bindings on the way need
   * @return null if there is no such exchange; must not be changed
   */
  public @Nullable List<QueueRef> route(
      String exchange, List<String> routingKeys, RoutedMessage message) {
    ExchangeNode start = exchanges.get(exchange);
    if (start == null) {
      return null;
    }
    MessageView view = new MessageView(message);
    List<Routes> found = new ArrayList<>(4);
    match(start, routingKeys, view, found);
    if (found.size() == 1 && found.get(0).exchanges().isEmpty()) {
      return found.get(0).queues();
    }
    return found.isEmpty() && start.alternate() == null
        ? List.of()
        : walk(start, routingKeys, view, found);
  }

  /** Follows bindings and alternates from exchange to exchange, visiting each once: cycles end. */
  private List<QueueRef> walk(
      ExchangeNode start, List<String> routingKeys, MessageView view, List<Routes> found) {
    Set<QueueRef> reached = new LinkedHashSet<>();
    Set<ExchangeNode> seen = new HashSet<>();
    Deque<ExchangeNode> pending = new ArrayDeque<>();
    seen.add(start);
    for (ExchangeNode node = start; node != null; node = pending.poll()) {
      if (node != start) {
        found.clear();
        match(node, routingKeys, view, found);
      }
      for (Routes routes : found) {
        reached.addAll(routes.queues());
        for (ExchangeNode next : routes.exchanges()) {
          if (seen.add(next)) {
            pending.add(next);
          }
        }
      }
      ExchangeNode alternate = found.isEmpty() ? alternateOf(node) : null;
      if (alternate != null && seen.add(alternate)) {
        pending.add(alternate);
      }
    }
    return List.copyOf(reached);
  }

  /** An alternate that doesn't exist (yet) is no error: the message is unroutable. */
  private @Nullable ExchangeNode alternateOf(ExchangeNode node) {
    return node.alternate() == null ? null : exchanges.get(node.alternate());
  }

  private void match(
      ExchangeNode node, List<String> routingKeys, MessageView view, List<Routes> found) {
    for (String routingKey : routingKeys) {
      match(node, routingKey, view, found);
    }
  }

  private void match(ExchangeNode node, String routingKey, MessageView view, List<Routes> found) {
    if (node.definition().name().equals(DEFAULT_EXCHANGE)) {
      QueueDestination queue = queues.get(routingKey);
      if (queue != null) {
        found.add(queue.routes());
      }
    } else {
      node.index().match(routingKey, view, found);
    }
  }
}
