package io.quorate.raftqueue.metadata;

import io.quorate.raftqueue.api.DefinitionCommand.DeleteExchange;
import io.quorate.raftqueue.api.ExchangeDefinition;
import io.quorate.raftqueue.metadata.Applied.Refused;
import io.quorate.raftqueue.routing.ExchangeNode;
import io.quorate.raftqueue.routing.ExchangeType;
import io.quorate.raftqueue.routing.RoutingTable;
import io.quorate.raftqueue.routing.TableValues;
import org.jspecify.annotations.Nullable;

/**
 * Declares and deletes exchanges: each command is decided first and changes something only if it
 * isn't refused.
 */
final class ExchangeCommands {

  private ExchangeCommands() {}

  static Applied declare(Vhost vhost, ExchangeDefinition declared, Changes changes) {
    String name = declared.name();
    if (name.equals(RoutingTable.DEFAULT_EXCHANGE)) {
      return Refusals.defaultExchange();
    }
    ExchangeNode existing = vhost.routes().exchange(name);
    if (existing != null) {
      Refused difference = difference(declared, existing.definition());
      return difference == null ? Applied.DONE : difference;
    }
    Refused refused = check(declared);
    if (refused != null) {
      return refused;
    }
    vhost.routes().add(new ExchangeNode(declared));
    changes.changed();
    return Applied.DONE;
  }

  static Applied delete(Vhost vhost, DeleteExchange command, Changes changes) {
    if (command.name().equals(RoutingTable.DEFAULT_EXCHANGE)) {
      return Refusals.defaultExchange();
    }
    if (Vhost.isPredeclared(command.name())) {
      return Refusals.predeclared(vhost.name(), command.name());
    }
    ExchangeNode exchange = vhost.routes().exchange(command.name());
    if (exchange == null) {
      return Applied.DONE;
    }
    if (command.ifUnused() && vhost.bindings().hasSource(exchange)) {
      return Refusals.inUse(vhost.name(), command.name());
    }
    vhost.removeExchange(exchange);
    changes.changed();
    return Applied.DONE;
  }

  private static @Nullable Refused difference(
      ExchangeDefinition received, ExchangeDefinition current) {
    return new Equivalence(Refusals.exchange(current.vhost(), current.name()))
        .property("type", received.type(), current.type())
        .property("durable", received.durable(), current.durable())
        .property("auto_delete", received.autoDelete(), current.autoDelete())
        .property("internal", received.internal(), current.internal())
        .arguments(received.arguments(), current.arguments(), name -> isRelevant(current, name))
        .difference();
  }

  private static @Nullable Refused check(ExchangeDefinition declared) {
    String name = declared.name();
    Refused refused = Refusals.checkName("exchange", name);
    if (refused != null) {
      return refused;
    }
    if (name.startsWith("amq.")) {
      return Refusals.reservedExchange(name);
    }
    String exchange = Refusals.exchange(declared.vhost(), name);
    ExchangeType type = ExchangeType.named(declared.type());
    if (type == null) {
      return Refusals.precondition(
          "unknown type '"
              + declared.type()
              + "' for "
              + exchange
              + "; expected one of "
              + ExchangeType.NAMES);
    }
    if (declared.arguments().containsKey(ExchangeNode.ALTERNATE)
        && !(declared.arguments().get(ExchangeNode.ALTERNATE) instanceof String)) {
      return Refusals.precondition(
          "invalid type '"
              + TableValues.typeName(declared.arguments().get(ExchangeNode.ALTERNATE))
              + "' for arg '"
              + ExchangeNode.ALTERNATE
              + "' in "
              + exchange);
    }
    String problem = type.argumentProblem(declared.arguments());
    return problem == null ? null : Refusals.precondition(problem + " (" + exchange + ")");
  }

  /**
   * Whether a declaration with another value of the argument is another exchange: as in RabbitMQ
   * the alternate exchange, and what decides where the exchange sends a message.
   */
  private static boolean isRelevant(ExchangeDefinition exchange, String argument) {
    ExchangeType type = ExchangeType.named(exchange.type());
    return argument.equals(ExchangeNode.ALTERNATE) || (type != null && type.isRelevant(argument));
  }
}
