package io.quorate.amqp.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.quorate.amqp.protocol.BasicProperties;
import io.quorate.amqp.protocol.ContentHeader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the broker itself looks at in a published message's properties. */
final class PublishedProperties {

  /** Further routing keys; consumers see them. */
  static final String CC = "CC";

  /** Further routing keys that consumers don't see. */
  static final String BCC = "BCC";

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
  }

  /** The headers, for routing. */
  static Map<String, Object> headers(ContentHeader header) {
    Map<String, @Nullable Object> headers = header.properties().headers();
    return headers == null ? Map.of() : headers;
  }

  /** All keys a message is routed by, each once: the publisher's, then those of CC and BCC. */
  static List<String> routingKeys(String routingKey, ContentHeader header) {
    Map<String, @Nullable Object> headers = header.properties().headers();
    if (headers == null || !(headers.containsKey(CC) || headers.containsKey(BCC))) {
      return List.of(routingKey);
    }
    Set<String> keys = new LinkedHashSet<>();
    keys.add(routingKey);
    addKeys(headers, CC, keys);
    addKeys(headers, BCC, keys);
    return new ArrayList<>(keys);
  }

  /** As in RabbitMQ, an element that is no string names no key. */
  private static void addKeys(
      Map<String, @Nullable Object> headers, String name, Set<String> keys) {
    if (!headers.containsKey(name)) {
      return;
    }
    if (!(headers.get(name) instanceof List<?> list)) {
      throw Errors.precondition(
          "invalid message: header '%s' must be an array of strings".formatted(name));
    }
    for (Object element : list) {
      if (element instanceof String key) {
        keys.add(key);
      }
    }
  }

  /** The properties that consumers see: without BCC, and with the true name to reply to. */
  static ByteString forConsumers(ContentHeader header, DirectReplies replies) {
    BasicProperties properties = header.properties();
    Map<String, @Nullable Object> headers = properties.headers();
    boolean hidesKeys = headers != null && headers.containsKey(BCC);
    boolean direct = DirectReplies.PSEUDO_QUEUE.equals(properties.replyTo());
    return hidesKeys || direct
        ? PropertyRewriter.encode(
            properties, withoutBcc(headers), direct ? replies.replyTo() : properties.replyTo())
        : UnsafeByteOperations.unsafeWrap(header.encodedProperties());
  }

  private static @Nullable Map<String, @Nullable Object> withoutBcc(
      @Nullable Map<String, @Nullable Object> headers) {
    if (headers == null) {
      return null;
    }
    Map<String, @Nullable Object> visible = new LinkedHashMap<>(headers);
    visible.remove(BCC);
    return visible;
  }
}
