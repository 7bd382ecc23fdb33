package io.quorate.raftqueue.routing;

import io.quorate.raftqueue.api.ExchangeDefinition;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The exchange types of AMQP 0-9-1, section 3.1.3, and those that RabbitMQ users know as plugins.
 */
public enum ExchangeType {
  DIRECT,
  FANOUT,
  TOPIC,
  HEADERS,
  CONSISTENT_HASH,
  MODULUS_HASH,
  RANDOM;

  /** What definitions name, for error texts. */
  public static final String NAMES =
      "direct, fanout, topic, headers, x-consistent-hash, x-modulus-hash and x-random";

  /** The type that a definition names, or null if there is none of this name. */
  public static @Nullable ExchangeType named(String name) {
    return switch (name) {
      case "direct" -> DIRECT;
      case "fanout" -> FANOUT;
      case "topic" -> TOPIC;
      case "headers" -> HEADERS;
      case "x-consistent-hash" -> CONSISTENT_HASH;
      case "x-modulus-hash" -> MODULUS_HASH;
      case "x-random" -> RANDOM;
      default -> null;
    };
  }

  /** What is wrong with the arguments of an exchange of this type, or null. */
  public @Nullable String argumentProblem(Map<String, Object> arguments) {
    return this == CONSISTENT_HASH ? HashSubject.problem(arguments) : null;
  }

  /** What is wrong with a binding whose source is of this type, or null. */
  public @Nullable String bindingProblem(String routingKey, Map<String, Object> arguments) {
    return switch (this) {
      case HEADERS -> HeadersMatcher.problem(arguments);
      case CONSISTENT_HASH -> ConsistentHashTable.problem(routingKey);
      case DIRECT, FANOUT, TOPIC, MODULUS_HASH, RANDOM -> null;
    };
  }

  /** Whether an argument of an exchange of this type is a part of what the exchange is. */
  public boolean isRelevant(String argument) {
    return this == CONSISTENT_HASH
        && (argument.equals(HashSubject.HEADER) || argument.equals(HashSubject.PROPERTY));
  }

  BindingIndex newIndex(ExchangeDefinition exchange) {
    return switch (this) {
      case DIRECT -> new DirectTable();
      case FANOUT -> new FanoutTable();
      case TOPIC -> new TopicTrie();
      case HEADERS -> new HeadersTable();
      case CONSISTENT_HASH -> new ConsistentHashTable(HashSubject.of(exchange.arguments()));
      case MODULUS_HASH -> SingleChoiceTable.modulusHash();
      case RANDOM -> SingleChoiceTable.random(exchange.name());
    };
  }
}
