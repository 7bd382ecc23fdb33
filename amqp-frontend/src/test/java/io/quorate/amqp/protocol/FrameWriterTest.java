package io.quorate.amqp.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.management.ThreadMXBean;
import io.quorate.amqp.protocol.method.BasicDeliver;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Content in frames: cut at frame-max, put together again, without garbage. */
class FrameWriterTest {
  private static final BasicDeliver DELIVER = new BasicDeliver("ctag", 1, false, "x", "key");

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4087, 4088, 4089, 8176, 8177, 100_000})
  void splitsTheBodyAtFrameMax(int bodySize) {
    byte[] body = new byte[bodySize];
    new Random(bodySize).nextBytes(body);
    ByteBuffer lent =
        ByteBuffer.allocate(bodySize + 5).put(3, body).position(3).limit(bodySize + 3);
    byte[] properties = {0x10, 0, 2};
    ByteArrayWriter out = new ByteArrayWriter();
    FrameWriter.method(out, 9, DELIVER);
    int methodSize = out.position();
    out.clear();
    FrameWriter.content(out, 9, DELIVER, ByteBuffer.wrap(properties), lent, 4096);
    assertThat(lent.position()).isEqualTo(bodySize + 3);
    assertThat(lent.limit()).isEqualTo(bodySize + 3);
    assertThat(out.position() - methodSize)
        .isEqualTo((int) FrameWriter.contentSize(properties.length, bodySize, 4096));

    List<Integer> types = new ArrayList<>();
    ByteArrayOutputStream gathered = new ByteArrayOutputStream();
    FrameDecoder.forClient(4096).feed(out.toByteBuffer(), new Gather(types, gathered));
    int bodyFrames = (bodySize + 4087) / 4088;
    assertThat(types).hasSize(2 + bodyFrames).startsWith(1, 2);
    assertThat(gathered.toByteArray()).isEqualTo(body);
  }

  private record Gather(List<Integer> types, ByteArrayOutputStream body) implements FrameHandler {
    @Override
    public void onProtocolHeader() {
      throw new AssertionError("a server sends none");
    }

    @Override
    public void onUnsupportedProtocolHeader(byte[] received) {
      throw new AssertionError("a server sends none");
    }

    @Override
    public void onFrame(int type, int channel, ByteBuffer payload) {
      assertThat(channel).isEqualTo(9);
      types.add(type);
      if (type == ProtocolConstants.FRAME_METHOD) {
        assertThat(MethodCodec.read(payload)).isEqualTo(DELIVER);
      } else if (type == ProtocolConstants.FRAME_HEADER) {
        assertThat(ContentHeader.read(payload).properties().deliveryMode()).isEqualTo(2);
      } else {
        while (payload.hasRemaining()) {
          body.write(payload.get());
        }
      }
    }
  }

  @Test
  void allocatesNothing() {
    ByteBuffer properties = ByteBuffer.wrap(new byte[] {0x10, 0, 2});
    ByteBuffer body = ByteBuffer.wrap(new byte[20_000]);
    ByteArrayWriter out = new ByteArrayWriter(32_768);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    int rounds = 10_000;
    long before = 0;
    for (int i = -rounds; i < rounds; i++) {
      if (i == 0) {
        before = threads.getThreadAllocatedBytes(thread);
      }
      out.clear();
      FrameWriter.content(out, 1, DELIVER, properties.rewind(), body.rewind(), 4096);
    }
    long perContent = (threads.getThreadAllocatedBytes(thread) - before) / rounds;
    assertThat(perContent).isLessThan(16);
  }

  @Test
  void refusesAFrameMaxUnderTheProtocolsMinimum() {
    assertThatIllegalArgumentException().isThrownBy(() -> FrameWriter.contentSize(1, 1, 100));
  }
}
