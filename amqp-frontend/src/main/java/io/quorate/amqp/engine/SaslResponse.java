package io.quorate.amqp.engine;

import io.quorate.amqp.protocol.OctetText;
import io.quorate.amqp.protocol.ProtocolException;
import io.quorate.amqp.protocol.ReplyCode;
import io.quorate.amqp.protocol.WireReader;
import java.nio.ByteBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Name and password, as the mechanisms PLAIN (RFC 4616) and AMQPLAIN carry them. */
record SaslResponse(String user, String password) {

  /** The mechanisms, as {@code connection.start} lists them. */
  static final String MECHANISMS = "PLAIN AMQPLAIN";

  static SaslResponse parse(String mechanism, byte[] response) {
    return switch (mechanism) {
      case "PLAIN" -> plain(response);
      case "AMQPLAIN" -> amqplain(response);
      default ->
          throw ProtocolException.connection(
              ReplyCode.COMMAND_INVALID,
              "unknown authentication mechanism '%s', known are %s"
                  .formatted(mechanism, MECHANISMS));
    };
  }

  /** authorization identity NUL user NUL password; the first is not used. */
  private static SaslResponse plain(byte[] response) {
    String[] parts = OctetText.decode(response, 0, response.length).split("\0", -1);
    if (parts.length != 3) {
      throw malformed("PLAIN", "NUL, user, NUL, password");
    }
    return new SaslResponse(parts[1], parts[2]);
  }

  /** The pairs of a field table, without the table's length. */
  private static SaslResponse amqplain(byte[] response) {
    ByteBuffer table = ByteBuffer.allocate(Integer.BYTES + response.length);
    table.putInt(response.length).put(response).flip();
    Map<String, @Nullable Object> fields = new WireReader(table).table();
    if (fields.get("LOGIN") instanceof String user
        && fields.get("PASSWORD") instanceof String password) {
      return new SaslResponse(user, password);
    }
    throw malformed("AMQPLAIN", "a table with LOGIN and PASSWORD");
  }

  private static ProtocolException malformed(String mechanism, String expected) {
    return ProtocolException.connection(
        ReplyCode.SYNTAX_ERROR,
        "malformed response of mechanism %s: expected %s".formatted(mechanism, expected));
  }

  @Override
  public String toString() {
    return "SaslResponse[" + user + "]";
  }
}
