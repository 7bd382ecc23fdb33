package io.quorate.raftqueue.metadata;

import io.quorate.raftqueue.metadata.Applied.Refused;
import io.quorate.raftqueue.routing.Arguments;
import io.quorate.raftqueue.routing.Destination;
import io.quorate.raftqueue.routing.ExchangeNode;
import io.quorate.raftqueue.routing.RoutingTable;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Binds and unbinds queues and exchanges. */
final class BindingCommands {

  private BindingCommands() {}

  static Applied bindQueue(
      Vhost vhost,
      String exchange,
      String queue,
      String key,
      Map<String, Object> arguments,
      Changes changes) {
    Destination destination = vhost.routes().queue(queue);
    if (isDefault(exchange)) {
      return Refusals.defaultExchange();
    }
    return bind(
        vhost,
        exchange,
        destination,
        Refusals.noQueue(vhost.name(), queue),
        key,
        arguments,
        changes);
  }

  static Applied bindExchange(
      Vhost vhost,
      String source,
      String exchange,
      String key,
      Map<String, Object> arguments,
      Changes changes) {
    Destination destination = vhost.routes().exchange(exchange);
    if (isDefault(source) || isDefault(exchange)) {
      return Refusals.defaultExchange();
    }
    return bind(
        vhost,
        source,
        destination,
        Refusals.noExchange(vhost.name(), exchange),
        key,
        arguments,
        changes);
  }

  /**
   * Removes a binding; done too if it, or one of its ends, doesn't exist: it may have gone with
   * them just now.
   */
  static Applied unbind(
      Vhost vhost,
      String source,
      @Nullable Destination destination,
      String key,
      Map<String, Object> arguments,
      Changes changes) {
    if (isDefault(source)) {
      return Refusals.defaultExchange();
    }
    ExchangeNode from = vhost.routes().exchange(source);
    if (from != null
        && destination != null
        && vhost.removeBinding(new Binding(from, destination, key, Arguments.of(arguments)))) {
      changes.changed();
    }
    return Applied.DONE;
  }

  private static Applied bind(
      Vhost vhost,
      String source,
      @Nullable Destination destination,
      Refused noDestination,
      String key,
      Map<String, Object> arguments,
      Changes changes) {
    ExchangeNode from = vhost.routes().exchange(source);
    if (from == null) {
      return Refusals.noExchange(vhost.name(), source);
    }
    if (destination == null) {
      return noDestination;
    }
    Refused refused = check(from, key, arguments);
    if (refused != null) {
      return refused;
    }
    if (vhost.bindings().add(new Binding(from, destination, key, Arguments.of(arguments)))) {
      changes.changed();
    }
    return Applied.DONE;
  }

  private static @Nullable Refused check(
      ExchangeNode source, String key, Map<String, Object> arguments) {
    Refused refused = Refusals.checkRoutingKey(key);
    if (refused != null) {
      return refused;
    }
    String problem = source.type().bindingProblem(key, arguments);
    return problem == null ? null : Refusals.precondition(problem);
  }

  private static boolean isDefault(String exchange) {
    return exchange.equals(RoutingTable.DEFAULT_EXCHANGE);
  }
}
