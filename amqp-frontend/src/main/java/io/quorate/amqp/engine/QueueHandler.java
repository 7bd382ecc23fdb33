package io.quorate.amqp.engine;

import io.quorate.amqp.protocol.method.QueueBind;
import io.quorate.amqp.protocol.method.QueueBindOk;
import io.quorate.amqp.protocol.method.QueueDeclare;
import io.quorate.amqp.protocol.method.QueueDeclareOk;
import io.quorate.amqp.protocol.method.QueueDelete;
import io.quorate.amqp.protocol.method.QueueDeleteOk;
import io.quorate.amqp.protocol.method.QueuePurge;
import io.quorate.amqp.protocol.method.QueuePurgeOk;
import io.quorate.amqp.protocol.method.QueueUnbind;
import io.quorate.amqp.protocol.method.QueueUnbindOk;
import io.quorate.raftqueue.api.DefinitionCommand;
import io.quorate.raftqueue.api.DefinitionResult;
import io.quorate.raftqueue.api.DeleteCondition;
import io.quorate.raftqueue.api.QueueDefinition;
import io.quorate.raftqueue.api.QueueStats;
import io.quorate.raftqueue.api.QueueStore;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/** Methods of the class queue. */
final class QueueHandler {

  private static final long MAX_COUNT = 0xffff_ffffL;

  private final ChannelEngine channel;
  private final Lookup lookup;

  QueueHandler(ChannelEngine channel, Lookup lookup) {
    this.channel = channel;
    this.lookup = lookup;
  }

  // ---- declare

  void declare(QueueDeclare method) {
    if (DirectReplies.isReplyName(method.queue())) {
      lookup.replyQueue(
          method.queue(),
          exists -> {
            if (!exists) {
              throw Errors.noQueue(method.queue(), channel.connection().vhost());
            }
            channel.replyUnless(method.noWait(), new QueueDeclareOk(method.queue(), 0, 1));
          });
    } else {
      declareOrdinary(method);
    }
  }

  private void declareOrdinary(QueueDeclare method) {
    if (method.passive()) {
      if (method.queue().isEmpty()) {
        // as in RabbitMQ: not the last one declared
        throw Errors.noQueue("", channel.connection().vhost());
      }
      lookup.queue(method.queue(), queue -> replyWithStats(method, queue));
      return;
    }
    QueueArguments.check(method, channel.connection().vhost());
    if (method.queue().isEmpty()) {
      define(method, channel.connection().context().names().next("amq.gen-"));
    } else if (method.queue().startsWith("amq.")) {
      // as in RabbitMQ, even if there is such a queue
      throw Errors.reservedName("queue", method.queue());
    } else {
      defineUnlessLost(method);
    }
  }

  /**
   * A queue of that name in the memory of a node that has been given up makes way, whoever had
   * declared it: a client that comes here from that node finds its exclusive and transient queues
   * gone, as in RabbitMQ, and can declare them again.
   */
  private void defineUnlessLost(QueueDeclare method) {
    QueueStore store = channel.store();
    QueueDefinition known = store.definitions().queue(channel.connection().vhost(), method.queue());
    if (known == null || known.ref().replicated() || known.ref().shard() == store.localShard()) {
      define(method, method.queue());
      return;
    }
    // Waits for a node that is out of reach until it is back or given up.
    channel.awaitOutcome(
        store.stats(known.ref()),
        (stats, error) -> {
          if (error != null && store.isLost(known.ref())) {
            channel.await(
                store.define(new DefinitionCommand.DeleteReplacedQueue(known.ref().id())),
                done -> define(method, method.queue()));
          } else {
            define(method, method.queue());
          }
        },
        late -> {});
  }

  private void define(QueueDeclare method, String name) {
    ConnectionEngine connection = channel.connection();
    boolean replicated = method.durable() && !method.exclusive();
    CompletableFuture<DefinitionResult> declaration =
        channel
            .store()
            .define(
                new DefinitionCommand.DeclareQueue(
                    connection.vhost(),
                    name,
                    method.durable(),
                    method.exclusive(),
                    method.autoDelete(),
                    method.exclusive() ? connection.owner() : null,
                    replicated
                        ? channel.store().placeQueue(QueueArguments.balanced(method))
                        : channel.store().localShard(),
                    method.arguments()));
    if (method.exclusive()) {
      connection.shutdown().declares(declaration);
    }
    channel.await(declaration, result -> defined(method, result));
  }

  private void defined(QueueDeclare method, DefinitionResult result) {
    if (!(result instanceof DefinitionResult.Queue declared)) {
      throw new IllegalStateException("the store answered queue.declare with " + result);
    }
    if (declared.created()) {
      declareOk(method, declared.queue(), QueueStats.EMPTY);
    } else {
      declaredAgain(method, declared.queue());
    }
  }

  /**
   * A queue that was there may be on its way out, since its last consumer has gone: then it is
   * another one that this client gets.
   */
  private void declaredAgain(QueueDeclare method, QueueDefinition queue) {
    channel.awaitOutcome(
        channel.store().statsOfDeclared(queue.ref()),
        (stats, error) -> {
          if (stats != null) {
            declareOk(method, queue, stats);
          } else if (queue.autoDelete() && Errors.isNotFound(error)) {
            channel.await(
                channel.store().define(new DefinitionCommand.DeleteReplacedQueue(queue.ref().id())),
                done -> define(method, queue.name()));
          } else {
            throw Errors.fromStore(Objects.requireNonNull(error));
          }
        },
        late -> {});
  }

  private void replyWithStats(QueueDeclare method, QueueDefinition queue) {
    if (method.noWait()) {
      lookup.declared(queue.name());
      return;
    }
    channel.await(channel.store().stats(queue.ref()), stats -> declareOk(method, queue, stats));
  }

  private void declareOk(QueueDeclare method, QueueDefinition queue, QueueStats stats) {
    lookup.declared(queue.name());
    channel.replyUnless(
        method.noWait(),
        new QueueDeclareOk(queue.name(), Math.min(stats.ready(), MAX_COUNT), stats.consumers()));
  }

  // ---- bindings

  void bind(QueueBind method) {
    if (method.exchange().isEmpty()) {
      throw Errors.defaultExchange();
    }
    String routingKey = routingKey(method.queue(), method.routingKey());
    lookup.queue(
        method.queue(),
        queue ->
            lookup.exchangeIfAny(
                method.exchange(),
                exchange -> {
                  String vhost = channel.connection().vhost();
                  if (exchange == null) {
                    throw Errors.noExchange(method.exchange(), vhost);
                  }
                  Map<String, Object> arguments = method.arguments();
                  channel.await(
                      channel
                          .store()
                          .define(
                              new DefinitionCommand.BindQueue(
                                  vhost, exchange.name(), queue.name(), routingKey, arguments)),
                      done -> channel.replyUnless(method.noWait(), new QueueBindOk()));
                }));
  }

  /** Removes a binding; as in RabbitMQ, one that isn't there, or whose ends aren't, is no error. */
  void unbind(QueueUnbind method) {
    if (method.exchange().isEmpty()) {
      throw Errors.defaultExchange();
    }
    String routingKey = routingKey(method.queue(), method.routingKey());
    lookup.queueIfAny(
        lookup.queueName(method.queue()),
        queue -> {
          if (queue == null) {
            channel.reply(new QueueUnbindOk());
            return;
          }
          channel.await(
              channel
                  .store()
                  .define(
                      new DefinitionCommand.UnbindQueue(
                          channel.connection().vhost(),
                          method.exchange(),
                          queue.name(),
                          routingKey,
                          method.arguments())),
              done -> channel.reply(new QueueUnbindOk()));
        });
  }

  /** With both names empty, the routing key is the queue's name (specification 1.7.2.3). */
  private String routingKey(String queue, String routingKey) {
    return queue.isEmpty() && routingKey.isEmpty() ? lookup.queueName(queue) : routingKey;
  }

  // ---- purge and delete

  void purge(QueuePurge method) {
    lookup.queue(
        method.queue(),
        queue ->
            channel.await(
                channel.store().purge(queue.ref()),
                count ->
                    channel.replyUnless(
                        method.noWait(), new QueuePurgeOk(Math.min(count, MAX_COUNT)))));
  }

  /** Deletes a queue; as in RabbitMQ, one that isn't there is no error. */
  void delete(QueueDelete method) {
    lookup.queueIfAny(
        lookup.queueName(method.queue()),
        queue -> {
          if (queue == null) {
            channel.replyUnless(method.noWait(), new QueueDeleteOk(0));
          } else {
            delete(method, queue);
          }
        });
  }

  /**
   * With conditions, the queue's leader decides. Without, a queue that nobody leads can be deleted
   * all the same; its count is not known then.
   */
  private void delete(QueueDelete method, QueueDefinition queue) {
    QueueStore store = channel.store();
    if (method.ifUnused() || method.ifEmpty()) {
      channel.awaitOutcome(
          store.delete(queue.ref(), DeleteCondition.of(method.ifUnused(), method.ifEmpty())),
          (ready, error) -> {
            if (error != null) {
              throw Errors.notDeleted(queue, error);
            }
            deleteOk(method, Objects.requireNonNull(ready));
          },
          late -> {});
      return;
    }
    channel.awaitOutcome(
        store.stats(queue.ref()),
        (stats, error) ->
            channel.await(
                store.define(new DefinitionCommand.DeleteQueue(queue.ref().id())),
                done -> deleteOk(method, stats == null ? 0 : stats.ready())),
        late -> {});
  }

  private void deleteOk(QueueDelete method, long ready) {
    channel.replyUnless(method.noWait(), new QueueDeleteOk(Math.min(ready, MAX_COUNT)));
  }
}
