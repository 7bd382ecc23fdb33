package io.quorate.amqp.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.amqp.protocol.method.BasicDeliver;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The frame decoder: whatever way the input is cut, the same frames and the same errors. */
class FrameDecoderTest {
  private static final int FRAME_MAX = 4096;
  private static final String OPENING = "'AMQP' 00000901";

  /** What a decoder made of its input, as text. */
  private static class Trace implements FrameHandler {
    private final List<String> seen = new ArrayList<>();
    private final FrameDecoder decoder = FrameDecoder.forServer(FRAME_MAX);

    void feed(byte[] octets, int from, int to) {
      ByteBuffer in = ByteBuffer.wrap(octets, from, to - from);
      try {
        decoder.feed(in, this);
      } catch (ProtocolException e) {
        seen.add(e.replyText());
        decoder.feed(in, this);
      }
      assertThat(in.hasRemaining()).isFalse();
    }

    @Override
    public void onProtocolHeader() {
      seen.add("AMQP");
    }

    @Override
    public void onUnsupportedProtocolHeader(byte[] received) {
      seen.add("unsupported " + HexFormat.of().formatHex(received));
    }

    @Override
    public void onFrame(int type, int channel, ByteBuffer payload) {
      byte[] octets = new byte[payload.remaining()];
      payload.get(octets);
      seen.add(type + " on " + channel + ": " + HexFormat.of().formatHex(octets));
    }
  }

  @Test
  void givesTheFramesInOrder() {
    assertThat(whole(Octets.hex(OPENING + "01 0102 00000003 010203 ce 08 0000 00000000 ce")))
        .containsExactly("AMQP", "1 on 258: 010203", "8 on 0: ");
  }

  @Test
  void takesTheHeaderOf09ForThatOf091() {
    assertThat(whole(Octets.hex("'AMQP' 01010009 08 0000 00000000 ce")))
        .containsExactly("AMQP", "8 on 0: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'GET / HTTP/1.1' 0d0a | unsupported 47",
        "'AMQP' 03010000 'more' | unsupported 414d515003010000",
        "'AMQP' 01010800 | unsupported 414d515001010800",
        "'AMQ' ff | unsupported 414d51ff",
      })
  void reportsAnotherProtocolHeaderAndDropsTheRest(String octets, String expected) {
    assertThat(whole(Octets.hex(octets))).containsExactly(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "04 0000 00000000 ce | FRAME_ERROR - a frame of type 4, not 1, 2, 3 or 8",
        "00 0000 00000000 ce | FRAME_ERROR - a frame of type 0, not 1, 2, 3 or 8",
        "01 0001 00001001    | FRAME_ERROR - a frame of 4105 octets on channel 1, over the frame-max of 4096",
        "01 0001 ffffffff    | FRAME_ERROR - a frame of 4294967303 octets on channel 1, over the frame-max of 4096",
        "01 0001 00000001 aa cf | FRAME_ERROR - a frame of type 1 on channel 1 ends with 0xcf, not 0xce",
        "08 0001 00000000 ce | UNEXPECTED_FRAME - a heartbeat on channel 1, it must be on channel 0",
        "08 0000 00000001 00 ce | FRAME_ERROR - a heartbeat with 1 octets, it must be empty",
        "03 0000 00000001 00 ce | UNEXPECTED_FRAME - a content frame on channel 0, which carries none",
      })
  void refusesBadFramesAndDropsTheRest(String octets, String expected) {
    byte[] input = Octets.hex(OPENING + "01 0001 00000000 ce" + octets + "01 0001 00000000 ce");
    for (int chunk = 1; chunk <= input.length; chunk++) {
      assertThat(chunks(input, chunk)).containsExactly("AMQP", "1 on 1: ", expected);
    }
  }

  @Test
  void takesAFrameOfExactlyFrameMax() {
    byte[] payload = new byte[FRAME_MAX - FrameDecoder.FRAME_OVERHEAD];
    byte[] input =
        Octets.hex(OPENING + "03 0001 00000ff8" + HexFormat.of().formatHex(payload) + "ce");
    assertThat(whole(input)).hasSize(2);
    assertThat(chunks(input, 100)).isEqualTo(whole(input));
  }

  /** All 2^18 ways to cut 19 octets. */
  @Test
  void givesTheSameForEveryWayOfCutting() {
    byte[] input = Octets.hex(OPENING + "01 0102 00000003 010203 ce");
    List<String> expected = whole(input);
    assertThat(expected).hasSize(2);
    for (int cuts = 0; cuts < 1 << (input.length - 1); cuts++) {
      Trace trace = new Trace();
      int from = 0;
      for (int to = 1; to <= input.length; to++) {
        if (to == input.length || (cuts & 1 << (to - 1)) != 0) {
          trace.feed(input, from, to);
          from = to;
        }
      }
      if (!trace.seen.equals(expected)) {
        throw new AssertionError("cuts " + Integer.toBinaryString(cuts) + ": " + trace.seen);
      }
    }
  }

  @Property(tries = 500)
  void givesTheSameForRandomInputCutAtRandom(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] input = randomConnection(random);
    Trace trace = new Trace();
    for (int from = 0; from < input.length; ) {
      int to = Math.min(input.length, from + random.nextInt(random.nextBoolean() ? 9 : 3000));
      trace.feed(input, from, to);
      from = to;
    }
    assertThat(trace.seen).isEqualTo(whole(input));
  }

  @Test
  void lendsASliceOfTheInput() {
    byte[] input = Octets.hex("03 0001 00000002 'hi' ce");
    List<ByteBuffer> lent = new ArrayList<>();
    FrameDecoder.forClient(FRAME_MAX).feed(ByteBuffer.wrap(input), collecting(lent));
    assertThat(lent).hasSize(1);
    assertThat(lent.get(0).array()).isSameAs(input);
    assertThat(lent.get(0).arrayOffset()).isEqualTo(7);
  }

  @Test
  void goesOnAfterAnExceptionOfTheHandler() {
    ByteBuffer in = ByteBuffer.wrap(Octets.hex("01 0001 00000000 ce 01 0002 00000000 ce"));
    FrameDecoder decoder = FrameDecoder.forClient(FRAME_MAX);
    FrameHandler throwing =
        new Trace() {
          @Override
          public void onFrame(int type, int channel, ByteBuffer payload) {
            throw ProtocolException.of(ReplyCode.NOT_FOUND, "channel " + channel);
          }
        };
    assertThatThrownBy(() -> decoder.feed(in, throwing)).hasMessage("channel 1");
    assertThatThrownBy(() -> decoder.feed(in, throwing)).hasMessage("channel 2");
    assertThat(in.hasRemaining()).isFalse();
    assertThat(decoder.state()).isEqualTo(FrameDecoder.State.HEADER);
  }

  @Test
  void takesANewFrameMaxForTheNextFrame() {
    FrameDecoder decoder = FrameDecoder.forClient(FRAME_MAX);
    byte[] big = new byte[FRAME_MAX];
    byte[] frames =
        Octets.written(
            out -> {
              FrameWriter.heartbeat(out);
              FrameWriter.content(
                  out,
                  1,
                  new BasicDeliver("", 1, false, "", ""),
                  ByteBuffer.wrap(new byte[2]),
                  ByteBuffer.wrap(big),
                  0);
            });
    List<ByteBuffer> lent = new ArrayList<>();
    decoder.feed(
        ByteBuffer.wrap(frames),
        new Trace() {
          @Override
          public void onFrame(int type, int channel, ByteBuffer payload) {
            decoder.setFrameMax(2 * FRAME_MAX);
            lent.add(payload);
          }
        });
    assertThat(lent).hasSize(4);
    assertThatIllegalArgumentException().isThrownBy(() -> decoder.setFrameMax(4095));
  }

  @Test
  void dropsAllAfterFail() {
    Trace trace = new Trace();
    byte[] input = Octets.hex(OPENING + "01 0001 00000000 ce");
    trace.feed(input, 0, 12);
    trace.decoder.fail();
    trace.feed(input, 12, input.length);
    assertThat(trace.seen).containsExactly("AMQP");
  }

  private static FrameHandler collecting(List<ByteBuffer> payloads) {
    return new Trace() {
      @Override
      public void onFrame(int type, int channel, ByteBuffer payload) {
        payloads.add(payload);
      }
    };
  }

  private static byte[] randomConnection(Random random) {
    return Octets.written(
        out -> {
          FrameWriter.protocolHeader(out);
          int frames = random.nextInt(20);
          for (int i = 0; i < frames; i++) {
            byte[] body = new byte[random.nextInt(3000)];
            random.nextBytes(body);
            if (random.nextInt(30) == 0) {
              out.putByte(random.nextInt());
            }
            FrameWriter.content(
                out,
                1 + random.nextInt(65535),
                new BasicDeliver("c", i, false, "x", "k"),
                ByteBuffer.wrap(new byte[2]),
                ByteBuffer.wrap(body),
                FRAME_MAX);
          }
        });
  }

  private static List<String> whole(byte[] input) {
    return chunks(input, input.length);
  }

  private static List<String> chunks(byte[] input, int chunk) {
    Trace trace = new Trace();
    for (int from = 0; from < input.length; from += chunk) {
      trace.feed(input, from, Math.min(input.length, from + chunk));
    }
    return trace.seen;
  }
}
