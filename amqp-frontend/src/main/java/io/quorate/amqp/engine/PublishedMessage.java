package io.quorate.amqp.engine;

import io.quorate.amqp.protocol.BasicProperties;
import io.quorate.amqp.protocol.ContentHeader;
import io.quorate.raftqueue.api.RoutedMessage;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** A message that is being published, as routing sees it. Not thread-safe. */
final class PublishedMessage implements RoutedMessage {

  private final String routingKey;
  private final ContentHeader header;
  // null until asked for
  private @Nullable Long chance;

  PublishedMessage(String routingKey, ContentHeader header) {
    this.routingKey = routingKey;
    this.header = header;
  }

  @Override
  public Map<String, Object> headers() {
    return PublishedProperties.headers(header);
  }

  @Override
  public String publishedKey() {
    return routingKey;
  }

  @Override
  public @Nullable Object property(String name) {
    BasicProperties properties = header.properties();
    return switch (name) {
      case "message_id" -> properties.messageId();
      case "correlation_id" -> properties.correlationId();
      case "timestamp" -> properties.timestamp();
      default -> null;
    };
  }

  /** One for all keys of the message, so that it goes one way only. */
  @Override
  public long chance() {
    Long drawn = chance;
    if (drawn == null) {
      drawn = ThreadLocalRandom.current().nextLong();
      chance = drawn;
    }
    return drawn;
  }
}
