package io.quorate.amqp.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Streams of frames, most of them right, some damaged, cut anywhere: what comes before the damage
 * is read as it was written, and the damage gives a protocol error or other frames, nothing else.
 * The system property {@code quorate.frames} says how many, {@code quorate.seed} which; a failure
 * names its seed. Ten million take a few minutes.
 */
class FrameFuzzTest {

  private static final long FRAMES = Long.getLong("quorate.frames", 20_000);
  private static final int FRAME_MAX = 8192;
  private static final int STREAM_FRAMES = 20;

  /** Whatever comes, an octet of input costs no more than so many of memory, garbage included. */
  private static final int ALLOCATED_PER_OCTET = 100;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private long octetsRead;
  private long framesRead;
  private long errors;

  @Test
  void damagedFramesGiveErrorsAndNothingElse() {
    long seed = Long.getLong("quorate.seed", System.nanoTime());
    Random seeds = new Random(seed);
    Stream stream = new Stream(seed);
    long allocated = 0;
    for (long frames = 0; frames < FRAMES; frames += STREAM_FRAMES) {
      byte[] octets = stream.make();
      long before = THREADS.getCurrentThreadAllocatedBytes();
      try {
        read(octets, stream);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("-Dquorate.seed=" + stream.seed, e);
      }
      allocated += THREADS.getCurrentThreadAllocatedBytes() - before;
      stream = new Stream(seeds.nextLong());
    }
    assertThat(framesRead).as("frames that were read").isGreaterThan(FRAMES / 3);
    assertThat(errors).as("streams that ended in an error").isGreaterThan(FRAMES / 200);
    assertThat(allocated / octetsRead).isLessThan(ALLOCATED_PER_OCTET);
  }

  private void read(byte[] octets, Stream stream) {
    FrameDecoder decoder = FrameDecoder.forClient(FRAME_MAX);
    Reading reading = new Reading(stream);
    int at = 0;
    try {
      while (at < octets.length) {
        int length = Math.min(1 + stream.random.nextInt(3000), octets.length - at);
        ByteBuffer part = ByteBuffer.wrap(octets, at, length).slice();
        decoder.feed(part, reading);
        assertThat(part.hasRemaining()).isFalse();
        at += length;
      }
    } catch (ProtocolException e) {
      errors++;
      assertThat(reading.count).as("frames before the damage").isGreaterThanOrEqualTo(stream.whole);
      assertThat(decoder.state()).isEqualTo(FrameDecoder.State.FAILED);
      assertThat(FieldWriter.MAX_SHORT_STRING_OCTETS)
          .isGreaterThanOrEqualTo(OctetText.encode(e.replyText()).length);
    }
    octetsRead += octets.length;
    framesRead += reading.count;
  }

  /** Frames one after another; {@code whole} of them are as they should be. */
  private static final class Stream {
    final long seed;
    final Random random;
    final byte[][] frames = new byte[STREAM_FRAMES][];
    int whole = STREAM_FRAMES;

    Stream(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
    }

    byte[] make() {
      ByteArrayWriter out = new ByteArrayWriter(1024);
      for (int i = 0; i < STREAM_FRAMES; i++) {
        byte[] frame = frame();
        frames[i] = frame.clone();
        if (random.nextInt(10) == 0) {
          frame = damaged(frame);
          if (!Arrays.equals(frame, frames[i])) {
            whole = Math.min(whole, i);
          }
        }
        out.putBytes(frame, 0, frame.length);
      }
      return out.toByteArray();
    }

    private byte[] frame() {
      int channel = 1 + random.nextInt(65535);
      int dice = random.nextInt(20);
      if (dice == 0) {
        return Octets.written(FrameWriter::heartbeat);
      } else if (dice < 5) {
        return framed(ProtocolConstants.FRAME_HEADER, channel, header());
      } else if (dice < 10) {
        return framed(
            ProtocolConstants.FRAME_BODY,
            channel,
            new RandomValues(random.nextLong()).octets(random.nextInt(2000)));
      }
      byte[] method =
          Octets.written(
              out -> FrameWriter.method(out, channel, RandomMethods.any(random.nextLong())));
      return method.length <= FRAME_MAX ? method : Octets.written(FrameWriter::heartbeat);
    }

    private byte[] header() {
      RandomValues values = new RandomValues(random.nextLong());
      byte[] properties =
          ContentHeader.encode(
              BasicProperties.builder()
                  .headers(values.table(2))
                  .messageId(random.nextBoolean() ? values.shortString() : null)
                  .build());
      if (properties.length > FRAME_MAX - 100) {
        properties = ContentHeader.encode(BasicProperties.builder().build());
      }
      return ByteBuffer.allocate(12 + properties.length)
          .putShort((short) ProtocolConstants.CLASS_BASIC)
          .putShort((short) 0)
          .putLong(random.nextInt(1 << 20))
          .put(properties)
          .array();
    }

    private static byte[] framed(int type, int channel, byte[] payload) {
      return Octets.written(
          out -> {
            out.putByte(type);
            out.putShort(channel);
            out.putInt(payload.length);
            out.putBytes(payload, 0, payload.length);
            out.putByte(ProtocolConstants.FRAME_END);
          });
    }

    private byte[] damaged(byte[] frame) {
      return switch (random.nextInt(4)) {
        case 0 -> Arrays.copyOf(frame, random.nextInt(frame.length));
        case 1 -> Arrays.copyOf(frame, frame.length + 1 + random.nextInt(10));
        default -> {
          byte[] changed = frame.clone();
          for (int i = 1 + random.nextInt(4); i > 0; i--) {
            changed[random.nextInt(changed.length)] =
                (byte) (random.nextBoolean() ? 0xff : random.nextInt(256));
          }
          yield changed;
        }
      };
    }
  }

  /** Reads what is in the frames; as long as they are whole, it must be what was written. */
  private static final class Reading implements FrameHandler {
    private final Stream stream;
    int count;

    Reading(Stream stream) {
      this.stream = stream;
    }

    @Override
    public void onProtocolHeader() {
      throw new AssertionError("no protocol header was sent");
    }

    @Override
    public void onUnsupportedProtocolHeader(byte[] received) {
      throw new AssertionError("no protocol header was sent");
    }

    @Override
    public void onFrame(int type, int channel, ByteBuffer payload) {
      boolean whole = count < stream.whole;
      if (whole) {
        byte[] frame = stream.frames[count];
        assertThat(payload)
            .isEqualTo(ByteBuffer.wrap(frame, 7, frame.length - FrameDecoder.FRAME_OVERHEAD));
      }
      count++;
      @Nullable ProtocolException error = null;
      try {
        switch (type) {
          case ProtocolConstants.FRAME_METHOD -> MethodCodec.read(payload);
          case ProtocolConstants.FRAME_HEADER -> ContentHeader.read(payload).properties();
          default -> {}
        }
      } catch (ProtocolException e) {
        error = e;
      }
      assertThat(whole ? error : null).as("the error of a whole frame").isNull();
    }
  }
}
