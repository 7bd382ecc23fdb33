package io.quorate.raftqueue.metadata;

import io.quorate.log.v1.StoredExchange;
import io.quorate.log.v1.StoredPassword;
import io.quorate.raftqueue.api.ExchangeDefinition;

/** What log entries and snapshots write alike. */
final class RecordCodec {

  private RecordCodec() {}

  static StoredExchange encode(ExchangeDefinition exchange) {
    return StoredExchange.newBuilder()
        .setVhost(exchange.vhost())
        .setName(exchange.name())
        .setType(exchange.type())
        .setDurable(exchange.durable())
        .setAutoDelete(exchange.autoDelete())
        .setInternal(exchange.internal())
        .setArguments(ValueCodec.encode(exchange.arguments()))
        .build();
  }

  static ExchangeDefinition decode(StoredExchange stored) {
    return new ExchangeDefinition(
        stored.getVhost(),
        stored.getName(),
        stored.getType(),
        stored.getDurable(),
        stored.getAutoDelete(),
        stored.getInternal(),
        ValueCodec.decode(stored.getArguments()));
  }

  static StoredPassword encode(PasswordHash password) {
    return StoredPassword.newBuilder()
        .setSalt(password.salt())
        .setIterations(password.iterations())
        .setHash(password.hash())
        .build();
  }

  static PasswordHash decode(StoredPassword stored) {
    return new PasswordHash(stored.getSalt(), stored.getIterations(), stored.getHash());
  }
}
