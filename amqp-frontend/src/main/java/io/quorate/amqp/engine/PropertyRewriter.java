package io.quorate.amqp.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.quorate.amqp.protocol.BasicProperties;
import io.quorate.amqp.protocol.ContentHeader;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Encodes properties again where the broker changes them; all others pass through as octets. */
final class PropertyRewriter {

  private PropertyRewriter() {}

  /** These encoded properties with one more header, which replaces one of the same name. */
  static ByteString withHeader(ByteString encoded, String name, Object value) {
    BasicProperties properties = ContentHeader.of(0, encoded.toByteArray()).properties();
    Map<String, @Nullable Object> before = properties.headers();
    Map<String, @Nullable Object> headers =
        before == null ? new LinkedHashMap<>() : new LinkedHashMap<>(before);
    headers.put(name, value);
    return encode(properties, headers, properties.replyTo());
  }

  /** These properties with other headers and another {@code reply-to}, encoded. */
  static ByteString encode(
      BasicProperties properties,
      @Nullable Map<String, @Nullable Object> headers,
      @Nullable String replyTo) {
    return UnsafeByteOperations.unsafeWrap(
        ContentHeader.encode(
            new BasicProperties(
                properties.contentType(),
                properties.contentEncoding(),
                headers,
                properties.deliveryMode(),
                properties.priority(),
                properties.correlationId(),
                replyTo,
                properties.expiration(),
                properties.messageId(),
                properties.timestamp(),
                properties.type(),
                properties.userId(),
                properties.appId(),
                properties.clusterId())));
  }
}
