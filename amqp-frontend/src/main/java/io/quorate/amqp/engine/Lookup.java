package io.quorate.amqp.engine;

import io.quorate.amqp.protocol.ProtocolException;
import io.quorate.amqp.protocol.ReplyCode;
import io.quorate.raftqueue.api.ExchangeDefinition;
import io.quorate.raftqueue.api.QueueDefinition;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a method names. A name that this node doesn't know is asked for with a linearizable
 * read before it counts as unknown.
 */
final class Lookup {

  private final ChannelEngine channel;
  // what an empty queue name means
  private String lastDeclaredQueue = "";

  Lookup(ChannelEngine channel) {
    this.channel = channel;
  }

  void declared(String queue) {
    lastDeclaredQueue = queue;
  }

  /**
   * The queue a method means: its name, or the last one declared on this channel if it is empty.
   */
  String queueName(String named) {
    if (!named.isEmpty()) {
      return named;
    }
    if (lastDeclaredQueue.isEmpty()) {
      throw ProtocolException.of(ReplyCode.NOT_FOUND, "no previously declared queue");
    }
    return lastDeclaredQueue;
  }

  /** Hands on the queue, or fails with NOT_FOUND, or RESOURCE_LOCKED if it is another's. */
  void queue(String named, Consumer<QueueDefinition> then) {
    String name = queueName(named);
    queueIfAny(
        name,
        queue -> {
          if (queue == null) {
            throw Errors.noQueue(name, channel.connection().vhost());
          }
          then.accept(queue);
        });
  }

  /** Hands on the queue, or null if there is none. */
  void queueIfAny(String name, Consumer<@Nullable QueueDefinition> then) {
    QueueDefinition known = find(name);
    if (known != null) {
      then.accept(requireOurs(known));
      return;
    }
    channel.awaitDone(
        channel.store().refreshDefinitions(),
        () -> {
          QueueDefinition found = find(name);
          then.accept(found == null ? null : requireOurs(found));
        });
  }

  /** Tells whether somebody waits for replies there, whoever owns the queue. */
  void replyQueue(String name, Consumer<Boolean> then) {
    if (name.equals(DirectReplies.PSEUDO_QUEUE) || find(name) != null) {
      then.accept(true);
    } else {
      channel.awaitDone(
          channel.store().refreshDefinitions(), () -> then.accept(find(name) != null));
    }
  }

  private @Nullable QueueDefinition find(String name) {
    return channel.store().definitions().queue(channel.connection().vhost(), name);
  }

  private QueueDefinition requireOurs(QueueDefinition queue) {
    String owner = queue.owner();
    if (owner != null && !owner.equals(channel.connection().owner())) {
      throw Errors.lockedQueue(queue.name(), queue.vhost());
    }
    return queue;
  }

  /** Hands on the exchange, or null if there is none. */
  void exchangeIfAny(String name, Consumer<@Nullable ExchangeDefinition> then) {
    ExchangeDefinition known = findExchange(name);
    if (known != null) {
      then.accept(known);
      return;
    }
    channel.awaitDone(channel.store().refreshDefinitions(), () -> then.accept(findExchange(name)));
  }

  private @Nullable ExchangeDefinition findExchange(String name) {
    return channel.store().definitions().exchange(channel.connection().vhost(), name);
  }
}
