package io.quorate.raftqueue.metadata;

import io.quorate.raftqueue.api.DefinitionCommand.DeclareQueue;
import io.quorate.raftqueue.api.DefinitionResult;
import io.quorate.raftqueue.api.QueueDefinition;
import io.quorate.raftqueue.api.QueueRef;
import io.quorate.raftqueue.metadata.Applied.Refused;
import io.quorate.raftqueue.routing.QueueDestination;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Decides on declarations of queues. */
final class QueueCommands {

  private QueueCommands() {}

  /**
   * The answer if there is nothing to create: the queue exists, or the command is refused; null if
   * it is to be created.
   */
  static @Nullable Applied existingOrRefused(Vhost vhost, DeclareQueue command) {
    QueueDestination existing = vhost.routes().queue(command.name());
    if (existing == null) {
      return check(command);
    }
    QueueDefinition current = existing.definition();
    // As in RabbitMQ, another exclusivity is a matter of access too, whoever asks.
    if (current.exclusive() != command.exclusive()
        || (current.exclusive() && !Objects.equals(current.owner(), command.owner()))) {
      return Refusals.locked(current.vhost(), current.name());
    }
    Refused difference = difference(command, current);
    return difference == null
        ? new Applied.Result(new DefinitionResult.Queue(current, false))
        : difference;
  }

  static QueueDefinition definition(DeclareQueue command, long id) {
    return new QueueDefinition(
        new QueueRef(id, command.shard()),
        command.vhost(),
        command.name(),
        command.durable(),
        command.exclusive(),
        command.autoDelete(),
        command.exclusive() ? command.owner() : null,
        command.arguments());
  }

  /** Of queues that are both exclusive or both not. Exclusive ones end anyway, durable or not. */
  private static @Nullable Refused difference(DeclareQueue received, QueueDefinition current) {
    return new Equivalence(Refusals.queue(current.vhost(), current.name()))
        .property(
            "durable",
            received.durable() && !received.exclusive(),
            current.durable() && !current.exclusive())
        .property("auto_delete", received.autoDelete(), current.autoDelete())
        .arguments(
            QueueArguments.withType(received.arguments()),
            QueueArguments.withType(current.arguments()),
            QueueArguments::isRelevant)
        .difference();
  }

  private static @Nullable Refused check(DeclareQueue command) {
    Refused refused = Refusals.checkName("queue", command.name());
    if (refused != null) {
      return refused;
    }
    if (command.exclusive() && command.owner() == null) {
      return Refusals.precondition(
          "exclusive " + Refusals.queue(command.vhost(), command.name()) + " needs an owner");
    }
    return QueueArguments.check(command.vhost(), command.name(), command.arguments());
  }
}
