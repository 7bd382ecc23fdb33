package io.quorate.amqp.protocol;

@IMPORTS@import java.nio.ByteBuffer;

/** Reads methods by class and method id; stateless. */
public final class MethodCodec {
  private MethodCodec() {}

  /**
   * Reads the payload of a method frame: both ids, then the fields.
   *
   * @param payload the payload; its position is moved to its limit
   * @throws ProtocolException as {@link #read(int, int, WireReader)}
   */
  public static Method read(ByteBuffer payload) {
    WireReader in = new WireReader(payload);
    int classId = in.at("class-id").shortUint();
    return read(classId, in.at("method-id").shortUint(), in);
  }

  /**
   * Reads a method's fields.
   *
   * @param in holds the fields and nothing after them
   * @throws ProtocolException with {@link ReplyCode#NOT_IMPLEMENTED} when the protocol has no
   *     such method, with {@link ReplyCode#SYNTAX_ERROR} when a field is malformed or octets are
   *     left over
   */
  public static Method read(int classId, int methodId, WireReader in) {
    try {
      Method method = readFields(classId, methodId, in);
      in.expectEnd();
      return method;
    } catch (ProtocolException e) {
      throw e.at(classId, methodId);
    }
  }

  private static Method readFields(int classId, int methodId, WireReader in) {
    return switch (classId << 16 | methodId) {
@CASES@      default ->
          throw ProtocolException.of(
              ReplyCode.NOT_IMPLEMENTED,
              "AMQP 0-9-1 has no method " + methodId + " in class " + classId);
    };
  }
}
