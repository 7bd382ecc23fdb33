package io.quorate.amqp.engine;

import io.quorate.amqp.protocol.BasicProperties;
import io.quorate.amqp.protocol.ContentHeader;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the broker itself looks at in a published message's properties. */
final class PublishedProperties {

  private PublishedProperties() {}

  /** Refuses what is malformed, not the publisher's to say, or would be silently ignored. */
  static void check(ContentHeader header, String user) {
    BasicProperties properties = header.properties();
    String userId = properties.userId();
    if (userId != null && !userId.equals(user)) {
      throw Errors.precondition(
          "user_id property set to '%s' but authenticated user was '%s'".formatted(userId, user));
    }
    if (properties.expiration() != null) {
      throw Errors.precondition(
          "the message property 'expiration' is not supported yet; publish without it");
    }
    Map<String, @Nullable Object> headers = properties.headers();
    if (headers != null && (headers.containsKey("CC") || headers.containsKey("BCC"))) {
      throw Errors.precondition(
          "the message headers 'CC' and 'BCC' are not supported yet; publish once per routing key");
    }
  }

  /** The headers, for routing. */
  static Map<String, Object> headers(ContentHeader header) {
    Map<String, @Nullable Object> headers = header.properties().headers();
    return headers == null ? Map.of() : StoreTables.toStore(headers);
  }
}
