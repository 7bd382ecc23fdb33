package io.quorate.raftqueue.api;

import com.google.protobuf.ByteString;

/**
 * A message as it is stored and replicated; immutable.
 *
 * @param exchange the exchange it was published to, empty for the default exchange
 * @param routingKey the key it was published with
 * @param properties the property flags and property list of the AMQP content header, as the
 *     publisher encoded them; opaque to the store
 * @param body the body, whole
 */
public record Message(String exchange, String routingKey, ByteString properties, ByteString body) {

  /** Bytes of body and properties alone. */
  public long payloadBytes() {
    return (long) properties.size() + body.size();
  }

  /**
   * What this message costs in memory and on the wire, in bytes; an estimate that counts a fixed
   * overhead.
   */
  public long sizeBytes() {
    return 64L + exchange.length() + routingKey.length() + properties.size() + body.size();
  }
}
