package io.quorate.amqp.protocol;

import static io.quorate.amqp.protocol.FrameDecoder.FRAME_OVERHEAD;

import java.nio.ByteBuffer;

/**
 * Writes frames (specification 4.2.3, 4.2.6); stateless, allocates nothing. After an {@link
 * IllegalArgumentException} a part of a frame may have been written: the caller drops it.
 */
public final class FrameWriter {
  private static final int CONTENT_HEADER_FIXED = 12;

  private FrameWriter() {}

  /** Writes {@code AMQP 0 0 9 1}. */
  public static void protocolHeader(WireWriter out) {
    out.putInt('A' << 24 | 'M' << 16 | 'Q' << 8 | 'P');
    out.putByte(0);
    out.putByte(ProtocolConstants.MAJOR);
    out.putByte(ProtocolConstants.MINOR);
    out.putByte(ProtocolConstants.REVISION);
  }

  /** Writes a heartbeat. */
  public static void heartbeat(WireWriter out) {
    header(out, ProtocolConstants.FRAME_HEARTBEAT, 0, 0);
    out.putByte(ProtocolConstants.FRAME_END);
  }

  /**
   * Writes a method frame; a method cannot be split, so its size is the caller's care where it
   * holds a table or a long string.
   *
   * @param channel 0 to 65,535
   */
  public static void method(WireWriter out, int channel, Method method) {
    header(out, ProtocolConstants.FRAME_METHOD, channel, 0);
    int payload = out.position();
    out.putShort(method.methodType().classId());
    out.putShort(method.methodType().methodId());
    method.write(out);
    out.setInt(payload - Integer.BYTES, out.position() - payload);
    out.putByte(ProtocolConstants.FRAME_END);
  }

  /**
   * Writes a method, its content header and its body, the body in as many frames as frame-max
   * needs. The header cannot be split: it goes out whole even where it is over frame-max.
   *
   * @param channel 1 to 65,535
   * @param method one that has content
   * @param encodedProperties property flags and list; its position is moved to its limit
   * @param body the whole body, at its position; moved to its limit
   * @param frameMax at least {@link ProtocolConstants#FRAME_MIN_SIZE}, or 0 for no limit
   */
  public static void content(
      WireWriter out,
      int channel,
      Method method,
      ByteBuffer encodedProperties,
      ByteBuffer body,
      int frameMax) {
    method(out, channel, method);
    header(
        out,
        ProtocolConstants.FRAME_HEADER,
        channel,
        CONTENT_HEADER_FIXED + encodedProperties.remaining());
    out.putShort(method.methodType().classId());
    out.putShort(0);
    out.putLong(body.remaining());
    out.putBytes(encodedProperties);
    out.putByte(ProtocolConstants.FRAME_END);
    body(out, channel, body, frameMax);
  }

  private static void body(WireWriter out, int channel, ByteBuffer body, int frameMax) {
    int room = bodyRoom(frameMax);
    int end = body.limit();
    while (body.hasRemaining()) {
      int length = Math.min(room, body.remaining());
      header(out, ProtocolConstants.FRAME_BODY, channel, length);
      body.limit(body.position() + length);
      out.putBytes(body);
      body.limit(end);
      out.putByte(ProtocolConstants.FRAME_END);
    }
  }

  /**
   * The octets that the header frame and the body frames of a content take, so that a writer can
   * make room once.
   *
   * @param frameMax as in {@link #content}
   */
  public static long contentSize(int encodedPropertiesOctets, int bodyOctets, int frameMax) {
    int room = bodyRoom(frameMax);
    long bodyFrames = ((long) bodyOctets + room - 1) / room;
    return CONTENT_HEADER_FIXED
        + (long) encodedPropertiesOctets
        + bodyOctets
        + (bodyFrames + 1) * FRAME_OVERHEAD;
  }

  private static int bodyRoom(int frameMax) {
    if (frameMax == 0) {
      return Integer.MAX_VALUE;
    }
    if (frameMax < ProtocolConstants.FRAME_MIN_SIZE) {
      throw new IllegalArgumentException(
          "frame-max " + frameMax + " is under " + ProtocolConstants.FRAME_MIN_SIZE);
    }
    return frameMax - FRAME_OVERHEAD;
  }

  private static void header(WireWriter out, int type, int channel, int size) {
    out.putByte(type);
    FieldWriter.shortUint(out, channel);
    out.putInt(size);
  }
}
