package io.quorate.raftqueue.routing;

import org.jspecify.annotations.Nullable;

/** The exchange types of AMQP 0-9-1, section 3.1.3. */
public enum ExchangeType {
  DIRECT,
  FANOUT,
  TOPIC,
  HEADERS;

  /** The type that a definition names, or null if there is none of this name. */
  public static @Nullable ExchangeType named(String name) {
    return switch (name) {
      case "direct" -> DIRECT;
      case "fanout" -> FANOUT;
      case "topic" -> TOPIC;
      case "headers" -> HEADERS;
      default -> null;
    };
  }

  BindingIndex newIndex() {
    return switch (this) {
      case DIRECT -> new DirectTable();
      case FANOUT -> new FanoutTable();
      case TOPIC -> new TopicTrie();
      case HEADERS -> new HeadersTable();
    };
  }
}
