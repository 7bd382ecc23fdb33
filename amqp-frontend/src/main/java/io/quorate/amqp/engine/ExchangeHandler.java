package io.quorate.amqp.engine;

import io.quorate.amqp.protocol.ProtocolException;
import io.quorate.amqp.protocol.ReplyCode;
import io.quorate.amqp.protocol.method.ExchangeBind;
import io.quorate.amqp.protocol.method.ExchangeBindOk;
import io.quorate.amqp.protocol.method.ExchangeDeclare;
import io.quorate.amqp.protocol.method.ExchangeDeclareOk;
import io.quorate.amqp.protocol.method.ExchangeDelete;
import io.quorate.amqp.protocol.method.ExchangeDeleteOk;
import io.quorate.amqp.protocol.method.ExchangeUnbind;
import io.quorate.amqp.protocol.method.ExchangeUnbindOk;
import io.quorate.raftqueue.api.DefinitionCommand;
import io.quorate.raftqueue.api.ExchangeDefinition;
import java.util.Set;

/** Methods of the class exchange. */
final class ExchangeHandler {

  private static final Set<String> TYPES =
      Set.of(
          "direct",
          "fanout",
          "topic",
          "headers",
          "x-consistent-hash",
          "x-modulus-hash",
          "x-random");

  private static final String ALTERNATE = "alternate-exchange";

  private final ChannelEngine channel;
  private final Lookup lookup;

  ExchangeHandler(ChannelEngine channel, Lookup lookup) {
    this.channel = channel;
    this.lookup = lookup;
  }

  /** The types that can be declared. */
  static Set<String> types() {
    return TYPES;
  }

  /** The arguments of {@code exchange.declare} that have a meaning. */
  static Set<String> knownArguments() {
    return Set.of(ALTERNATE, "hash-header", "hash-property");
  }

  void declare(ExchangeDeclare method) {
    requireNotDefault(method.exchange());
    String vhost = channel.connection().vhost();
    if (method.passive()) {
      lookup.exchangeIfAny(
          method.exchange(),
          exchange -> {
            if (exchange == null) {
              throw Errors.noExchange(method.exchange(), vhost);
            }
            channel.replyUnless(method.noWait(), new ExchangeDeclareOk());
          });
      return;
    }
    if (!TYPES.contains(method.type())) {
      throw ProtocolException.of(
          ReplyCode.COMMAND_INVALID, "unknown exchange type '%s'".formatted(method.type()));
    }
    if (method.exchange().startsWith("amq.")) {
      lookup.exchangeIfAny(
          method.exchange(),
          exchange -> {
            if (exchange == null) {
              throw Errors.reservedName("exchange", method.exchange());
            }
            define(method);
          });
    } else {
      define(method);
    }
  }

  private void define(ExchangeDeclare method) {
    ExchangeDefinition exchange =
        new ExchangeDefinition(
            channel.connection().vhost(),
            method.exchange(),
            method.type(),
            method.durable(),
            method.autoDelete(),
            method.internal(),
            method.arguments());
    channel.await(
        channel.store().define(new DefinitionCommand.DeclareExchange(exchange)),
        done -> channel.replyUnless(method.noWait(), new ExchangeDeclareOk()));
  }

  void delete(ExchangeDelete method) {
    requireNotDefault(method.exchange());
    if (method.exchange().startsWith("amq.")) {
      throw ProtocolException.of(
          ReplyCode.ACCESS_REFUSED,
          "deletion of system exchange '%s' in vhost '%s' not allowed"
              .formatted(method.exchange(), channel.connection().vhost()));
    }
    channel.await(
        channel
            .store()
            .define(
                new DefinitionCommand.DeleteExchange(
                    channel.connection().vhost(), method.exchange(), method.ifUnused())),
        done -> channel.replyUnless(method.noWait(), new ExchangeDeleteOk()));
  }

  void bind(ExchangeBind method) {
    requireNotDefault(method.source());
    requireNotDefault(method.destination());
    String vhost = channel.connection().vhost();
    lookup.exchangeIfAny(
        method.source(),
        source -> {
          if (source == null) {
            throw Errors.noExchange(method.source(), vhost);
          }
          lookup.exchangeIfAny(
              method.destination(),
              destination -> {
                if (destination == null) {
                  throw Errors.noExchange(method.destination(), vhost);
                }
                channel.await(
                    channel
                        .store()
                        .define(
                            new DefinitionCommand.BindExchange(
                                vhost,
                                source.name(),
                                destination.name(),
                                method.routingKey(),
                                method.arguments())),
                    done -> channel.replyUnless(method.noWait(), new ExchangeBindOk()));
              });
        });
  }

  void unbind(ExchangeUnbind method) {
    requireNotDefault(method.source());
    requireNotDefault(method.destination());
    channel.await(
        channel
            .store()
            .define(
                new DefinitionCommand.UnbindExchange(
                    channel.connection().vhost(),
                    method.source(),
                    method.destination(),
                    method.routingKey(),
                    method.arguments())),
        done -> channel.replyUnless(method.noWait(), new ExchangeUnbindOk()));
  }

  private static void requireNotDefault(String exchange) {
    if (exchange.isEmpty()) {
      throw Errors.defaultExchange();
    }
  }
}
