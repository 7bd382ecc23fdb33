package io.quorate.amqp.protocol;

import static io.quorate.amqp.protocol.ProtocolConstants.FRAME_BODY;
import static io.quorate.amqp.protocol.ProtocolConstants.FRAME_END;
import static io.quorate.amqp.protocol.ProtocolConstants.FRAME_HEADER;
import static io.quorate.amqp.protocol.ProtocolConstants.FRAME_HEARTBEAT;
import static io.quorate.amqp.protocol.ProtocolConstants.FRAME_METHOD;
import static io.quorate.amqp.protocol.ProtocolConstants.FRAME_MIN_SIZE;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Turns the octets of a connection, however they are cut, into frames (specification 4.2.2, 4.2.3).
 *
 * <pre>
 * OPENING --8 octets, AMQP 0 0 9 1 or AMQP 1 1 0 9--> HEADER
 * OPENING --anything else--> FAILED
 * HEADER  --7 octets, type and size allowed--> PAYLOAD
 * HEADER  --unknown type, over frame-max, wrong channel--> FAILED
 * PAYLOAD --size octets and the end octet--> HEADER
 * PAYLOAD --another end octet--> FAILED
 * any     --fail()--> FAILED, where all input is dropped
 * FAILED  --octets of connection.close-ok--> FAILED, and that frame is handed over
 * </pre>
 *
 * <p>After an error nobody knows where frames begin, but whoever is told about it answers with
 * {@code connection.close-ok}, always the same twelve octets: so these are looked for in what is
 * dropped. Should they be in there by chance, nothing comes of it: there is nothing else to wait
 * for.
 *
 * <p>A frame that lies whole in the input is lent to the handler as a slice of it; one that does
 * not is gathered, each octet copied once or twice, in an array that grows with what has arrived
 * and never with what was only announced. Between frames nothing is held. Not thread-safe.
 */
public final class FrameDecoder {
  /** What a frame takes besides its payload: type, channel, size and end octet. */
  public static final int FRAME_OVERHEAD = 8;

  private static final int HEADER_SIZE = 7;
  private static final int FIRST_PARTIAL = 512;
  private static final byte[] NOTHING = {};
  private static final byte[] PROTOCOL_HEADER = {
    'A',
    'M',
    'Q',
    'P',
    0,
    ProtocolConstants.MAJOR,
    ProtocolConstants.MINOR,
    ProtocolConstants.REVISION
  };

  /** What clients of AMQP 0-9 send; RabbitMQ takes it for 0-9-1, so some send it still. */
  private static final byte[] PROTOCOL_HEADER_0_9 = {'A', 'M', 'Q', 'P', 1, 1, 0, 9};

  /** The frame of {@code connection.close-ok}. */
  private static final byte[] CLOSE_OK = {
    FRAME_METHOD, 0, 0, 0, 0, 0, 4, 0, 10, 0, 51, (byte) FRAME_END
  };

  /** Where the decoder is in the octets; see the transitions above. */
  public enum State {
    /** Before or in the protocol header. */
    OPENING,
    /** Before or in the seven octets in front of a payload. */
    HEADER,
    /** In a payload, or before its end octet. */
    PAYLOAD,
    /** After an error: input is dropped, but for the answer to connection.close. */
    FAILED
  }

  private State state;
  private int frameMax;
  private final byte[] header = new byte[8];
  private int headerFilled;
  private int type;
  private int channel;
  private int size;
  private byte[] partial = NOTHING;
  private int partialFilled;
  private int closeOkSeen;
  private boolean closeOkHandedOver;

  private FrameDecoder(State state, int frameMax) {
    this.state = state;
    setFrameMax(frameMax);
  }

  /**
   * A decoder of what a client sends: the protocol header comes first.
   *
   * @param frameMax as {@link #setFrameMax}
   */
  public static FrameDecoder forServer(int frameMax) {
    return new FrameDecoder(State.OPENING, frameMax);
  }

  /**
   * A decoder of what a server sends: frames only.
   *
   * @param frameMax as {@link #setFrameMax}
   */
  public static FrameDecoder forClient(int frameMax) {
    return new FrameDecoder(State.HEADER, frameMax);
  }

  /**
   * The largest frame taken from now on, in octets; may be called by a handler, for the frames
   * after the one it handles. As in RabbitMQ, a frame may be larger by its own overhead: some
   * clients count their payloads only.
   *
   * @param frameMax at least {@link ProtocolConstants#FRAME_MIN_SIZE}
   */
  public void setFrameMax(int frameMax) {
    if (frameMax < FRAME_MIN_SIZE) {
      throw new IllegalArgumentException("frame-max " + frameMax + " is under " + FRAME_MIN_SIZE);
    }
    this.frameMax = frameMax;
  }

  /** Where the decoder is. */
  public State state() {
    return state;
  }

  /** Drops what was gathered and all further input but {@code connection.close-ok}. */
  public void fail() {
    state = State.FAILED;
    partial = NOTHING;
  }

  /**
   * Takes all of the input and hands over each frame that is complete with it. An exception of the
   * handler passes through; the input then stands after the frame it was thrown for, and may be fed
   * again.
   *
   * @param in the next octets; its slices are lent to the handler during this call only, so the
   *     caller may release or reuse it afterwards
   * @throws ProtocolException FRAME_ERROR for malformed frames, UNEXPECTED_FRAME for content on
   *     channel 0 and heartbeats on others; the decoder has failed then, and frames before the bad
   *     one were handed over
   */
  public void feed(ByteBuffer in, FrameHandler handler) {
    while (in.hasRemaining()) {
      switch (state) {
        case OPENING -> opening(in, handler);
        case HEADER -> header(in);
        case PAYLOAD -> payload(in, handler);
        case FAILED -> failed(in, handler);
      }
    }
  }

  private void failed(ByteBuffer in, FrameHandler handler) {
    while (in.hasRemaining() && closeOkSeen < CLOSE_OK.length) {
      byte octet = in.get();
      if (octet != CLOSE_OK[closeOkSeen]) {
        // It begins with 01, which doesn't come again in it: only a new beginning is possible.
        closeOkSeen = 0;
      }
      if (octet == CLOSE_OK[closeOkSeen]) {
        closeOkSeen++;
      }
    }
    in.position(in.limit());
    if (closeOkSeen == CLOSE_OK.length && !closeOkHandedOver) {
      closeOkHandedOver = true;
      handler.onFrame(FRAME_METHOD, 0, ByteBuffer.wrap(CLOSE_OK, HEADER_SIZE, 4).slice());
    }
  }

  private void opening(ByteBuffer in, FrameHandler handler) {
    while (in.hasRemaining() && headerFilled < PROTOCOL_HEADER.length) {
      byte octet = in.get();
      header[headerFilled++] = octet;
      // The first four decide whether it is AMQP at all; its version is worth waiting for.
      if (headerFilled <= 4 && octet != PROTOCOL_HEADER[headerFilled - 1]) {
        unsupported(handler);
        return;
      }
    }
    if (headerFilled < PROTOCOL_HEADER.length) {
      return;
    }
    if (!Arrays.equals(header, PROTOCOL_HEADER) && !Arrays.equals(header, PROTOCOL_HEADER_0_9)) {
      unsupported(handler);
      return;
    }
    headerFilled = 0;
    state = State.HEADER;
    handler.onProtocolHeader();
  }

  private void unsupported(FrameHandler handler) {
    fail();
    handler.onUnsupportedProtocolHeader(Arrays.copyOf(header, headerFilled));
  }

  private void header(ByteBuffer in) {
    int taken = Math.min(HEADER_SIZE - headerFilled, in.remaining());
    in.get(header, headerFilled, taken);
    headerFilled += taken;
    if (headerFilled < HEADER_SIZE) {
      return;
    }
    headerFilled = 0;
    type = header[0] & 0xff;
    channel = (header[1] & 0xff) << 8 | header[2] & 0xff;
    long announced =
        (header[3] & 0xffL) << 24
            | (header[4] & 0xff) << 16
            | (header[5] & 0xff) << 8
            | header[6] & 0xff;
    checkHeader(announced);
    size = (int) announced;
    state = State.PAYLOAD;
  }

  private void checkHeader(long announced) {
    switch (type) {
      case FRAME_METHOD -> {}
      case FRAME_HEADER, FRAME_BODY -> {
        if (channel == 0) {
          throw failed(
              ReplyCode.UNEXPECTED_FRAME, "a content frame on channel 0, which carries none");
        }
      }
      case FRAME_HEARTBEAT -> {
        if (announced != 0) {
          throw failed(
              ReplyCode.FRAME_ERROR, "a heartbeat with " + announced + " octets, it must be empty");
        }
        if (channel != 0) {
          throw failed(
              ReplyCode.UNEXPECTED_FRAME,
              "a heartbeat on channel " + channel + ", it must be on channel 0");
        }
      }
      default ->
          throw failed(ReplyCode.FRAME_ERROR, "a frame of type " + type + ", not 1, 2, 3 or 8");
    }
    if (announced > frameMax) { // the overhead left out: see setFrameMax
      throw failed(
          ReplyCode.FRAME_ERROR,
          "a frame of "
              + (announced + FRAME_OVERHEAD)
              + " octets on channel "
              + channel
              + ", over the frame-max of "
              + frameMax);
    }
  }

  private void payload(ByteBuffer in, FrameHandler handler) {
    if (partialFilled == 0 && in.remaining() > size) {
      ByteBuffer payload = in.slice(in.position(), size);
      in.position(in.position() + size);
      checkEnd(in.get());
      state = State.HEADER;
      handler.onFrame(type, channel, payload);
      return;
    }
    int whole = size + 1;
    int taken = Math.min(whole - partialFilled, in.remaining());
    reservePartial(partialFilled + taken, whole);
    in.get(partial, partialFilled, taken);
    partialFilled += taken;
    if (partialFilled < whole) {
      return;
    }
    byte[] gathered = partial;
    partial = NOTHING;
    partialFilled = 0;
    checkEnd(gathered[size]);
    state = State.HEADER;
    handler.onFrame(type, channel, ByteBuffer.wrap(gathered, 0, size).slice());
  }

  private void reservePartial(int needed, int whole) {
    if (partial.length < needed) {
      long doubled = Math.max(FIRST_PARTIAL, 2L * needed);
      partial = Arrays.copyOf(partial, (int) Math.min(doubled, whole));
    }
  }

  private void checkEnd(byte end) {
    if ((end & 0xff) != FRAME_END) {
      throw failed(
          ReplyCode.FRAME_ERROR,
          "a frame of type "
              + type
              + " on channel "
              + channel
              + " ends with 0x"
              + Integer.toHexString(end & 0xff)
              + ", not 0xce");
    }
  }

  private ProtocolException failed(ReplyCode code, String text) {
    fail();
    return ProtocolException.of(code, text);
  }
}
