package io.quorate.amqp.engine;

import io.quorate.amqp.protocol.FrameHandler;
import io.quorate.amqp.protocol.ProtocolException;
import io.quorate.amqp.protocol.ReplyCode;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;

/**
 * Frames that a client has sent ahead, while its password is checked or its virtual host looked up.
 * The socket is not read meanwhile: these came in one piece with what is being answered.
 */
final class HeldFrames {

  /** What it takes to keep a frame, without its octets. */
  private static final int OVERHEAD_BYTES = 64;

  private record Frame(int type, int channel, byte[] payload) {}

  private final ArrayDeque<Frame> frames = new ArrayDeque<>();
  private final long maxBytes;
  private long bytes;

  HeldFrames(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  void add(int type, int channel, ByteBuffer payload) {
    bytes += OVERHEAD_BYTES + payload.remaining();
    if (bytes > maxBytes) {
      throw ProtocolException.connection(
          ReplyCode.RESOURCE_ERROR,
          "more than %d bytes sent ahead before the connection is open".formatted(maxBytes));
    }
    byte[] octets = new byte[payload.remaining()];
    payload.get(octets);
    frames.add(new Frame(type, channel, octets));
  }

  /** Hands over what was held, as long as nothing has to be waited for again. */
  void handOver(FrameHandler handler, BooleanSupplier waiting) {
    while (!frames.isEmpty() && !waiting.getAsBoolean()) {
      Frame frame = frames.remove();
      bytes -= OVERHEAD_BYTES + frame.payload().length;
      handler.onFrame(frame.type(), frame.channel(), ByteBuffer.wrap(frame.payload()));
    }
  }

  /** Nobody listens any more. */
  void drop() {
    frames.clear();
    bytes = 0;
  }
}
