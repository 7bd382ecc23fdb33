package io.quorate.amqp.protocol;

import java.nio.ByteBuffer;

/** What a {@link FrameDecoder} found; called in the order of the octets, on the feeding thread. */
public interface FrameHandler {
  /** The peer opened with {@code AMQP 0 0 9 1}. Called at most once, before any frame. */
  void onProtocolHeader();

  /**
   * The peer opened with something else. The decoder drops all that follows; the specification has
   * the server answer with the header it supports and close the socket (4.2.2).
   *
   * @param received the first octets, 1 to 8, as far as they were looked at
   */
  void onUnsupportedProtocolHeader(byte[] received);

  /**
   * A frame, whole and within frame-max.
   *
   * @param type one of {@link ProtocolConstants}' frame types
   * @param channel 0 to 65,535; 0 for heartbeats, another for content
   * @param payload in network byte order; lent for the length of this call: what must outlive it is
   *     copied. The handler may move its position and limit, but must not write to it
   */
  void onFrame(int type, int channel, ByteBuffer payload);
}
