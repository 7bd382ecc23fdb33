package io.quorate.amqp.protocol;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A content header of class basic (specification 4.2.6.1). Property flags and property list stay
 * the octets they came as, so that a message passes through unchanged; they are read when asked
 * for.
 *
 * <p>A broker calls {@link #properties()} before it takes a message, so that a bad list is answered
 * to its publisher and not found later. Thread-safe.
 */
public final class ContentHeader {
  private final long bodySize;
  private final byte[] encodedProperties;
  // Written without a lock: the value is immutable and whoever misses it reads the octets again.
  private @Nullable BasicProperties properties;

  private ContentHeader(long bodySize, byte[] encodedProperties) {
    this.bodySize = bodySize;
    this.encodedProperties = encodedProperties;
  }

  /** A header with these property flags and list; the caller gives the array up. */
  public static ContentHeader of(long bodySize, byte[] encodedProperties) {
    return new ContentHeader(bodySize, encodedProperties);
  }

  /**
   * Reads the payload of a header frame; the property list is copied, not read.
   *
   * @param payload moved to its limit
   * @throws ProtocolException UNEXPECTED_FRAME when the class is not basic or the weight not zero
   *     (4.2.6.1), SYNTAX_ERROR when the payload is too short or the body size over 2^63-1
   */
  public static ContentHeader read(ByteBuffer payload) {
    WireReader in = new WireReader(payload);
    int classId = in.at("class-id").shortUint();
    if (classId != ProtocolConstants.CLASS_BASIC) {
      throw ProtocolException.of(
              ReplyCode.UNEXPECTED_FRAME,
              "expected content header for class 60, got one for class " + classId + " instead")
          .at(MethodType.BASIC_PUBLISH);
    }
    int weight = in.at("weight").shortUint();
    if (weight != 0) {
      throw ProtocolException.of(
              ReplyCode.UNEXPECTED_FRAME, "a content header of weight " + weight + ", it must be 0")
          .at(MethodType.BASIC_PUBLISH);
    }
    long bodySize = in.at("body-size").longLong();
    if (bodySize < 0) {
      throw in.error("a body of " + Long.toUnsignedString(bodySize) + " octets");
    }
    byte[] rest = new byte[payload.remaining()];
    payload.get(rest);
    return new ContentHeader(bodySize, rest);
  }

  /** Encodes property flags and list. */
  public static byte[] encode(BasicProperties properties) {
    ByteArrayWriter out = new ByteArrayWriter(64);
    properties.write(out);
    return out.toByteArray();
  }

  /** The length of the body, in octets, 0 to 2^63-1. */
  public long bodySize() {
    return bodySize;
  }

  /** Property flags and list, not copied; not to be changed. */
  public byte[] encodedProperties() {
    return encodedProperties;
  }

  /**
   * The properties, read from the octets at the first call.
   *
   * @throws ProtocolException SYNTAX_ERROR when flags or list are malformed
   */
  public BasicProperties properties() {
    BasicProperties read = properties;
    if (read == null) {
      read = BasicProperties.read(new WireReader(ByteBuffer.wrap(encodedProperties)));
      properties = read;
    }
    return read;
  }
}
