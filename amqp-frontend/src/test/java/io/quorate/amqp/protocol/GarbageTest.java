package io.quorate.amqp.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.quorate.amqp.protocol.Description.MethodSpec;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Garbage gives a ProtocolException or a value, nothing else, and costs memory in proportion. */
class GarbageTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Objects per octet: an entry of three octets in a table is a key, a map entry and a value. */
  private static final int ALLOCATED_PER_OCTET = 100;

  private static final int ALLOCATED_ALWAYS = 8192;

  private static final FrameHandler READING =
      new FrameHandler() {
        @Override
        public void onProtocolHeader() {}

        @Override
        public void onUnsupportedProtocolHeader(byte[] received) {}

        @Override
        public void onFrame(int type, int channel, ByteBuffer payload) {
          switch (type) {
            case ProtocolConstants.FRAME_METHOD -> tolerant(() -> MethodCodec.read(payload));
            case ProtocolConstants.FRAME_HEADER ->
                tolerant(() -> ContentHeader.read(payload).properties());
            default -> {}
          }
        }
      };

  @Property(tries = 2000)
  void randomOctets(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] octets = new byte[random.nextInt(2000)];
    random.nextBytes(octets);
    bounded(
        octets.length, () -> FrameDecoder.forServer(8192).feed(ByteBuffer.wrap(octets), READING));
    bounded(
        octets.length, () -> FrameDecoder.forClient(8192).feed(ByteBuffer.wrap(octets), READING));
    bounded(octets.length, () -> Octets.reader(octets).table());
    bounded(octets.length, () -> BasicProperties.read(Octets.reader(octets)));
    bounded(octets.length, () -> ContentHeader.read(ByteBuffer.wrap(octets)).properties());
  }

  @Property(tries = 300)
  void methodsWithAFewOctetsChanged(@ForAll long seed) {
    RandomValues random = new RandomValues(seed);
    for (MethodSpec spec : Description.methods()) {
      Method method = spec.instance(spec.randomValues(random));
      byte[] frame = Octets.written(out -> FrameWriter.method(out, 1, method));
      for (int change = random.below(4); change > 0; change--) {
        frame[random.below(frame.length)] =
            (byte) (random.below(2) == 0 ? 0xff : random.below(256));
      }
      bounded(
          frame.length, () -> FrameDecoder.forClient(131072).feed(ByteBuffer.wrap(frame), READING));
    }
  }

  @Property(tries = 300)
  void fieldsOfRandomOctets(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] octets = new byte[random.nextInt(100)];
    random.nextBytes(octets);
    for (MethodType type : MethodType.values()) {
      bounded(
          octets.length,
          () -> MethodCodec.read(type.classId(), type.methodId(), Octets.reader(octets)));
    }
  }

  /** What gives the most objects for the octets: empty tables, empty keys, nulls. */
  @Test
  void tablesOfManySmallThings() {
    for (String entry : List.of("'V'", "'F' 00000000", "'A' 00000000", "'S' 00000000", "'t' 01")) {
      byte[] element = Octets.hex(entry);
      byte[] elements = new byte[element.length * (100_000 / element.length)];
      for (int i = 0; i < elements.length; i++) {
        elements[i] = element[i % element.length];
      }
      byte[] array =
          Octets.written(
              out -> {
                out.putBytes(Octets.hex("01'k' 'A'"), 0, 3);
                FieldWriter.longBytes(out, elements);
              });
      byte[] table = Octets.written(out -> FieldWriter.longBytes(out, array));
      bounded(table.length, () -> assertThat(Octets.reader(table).table()).hasSize(1));
    }
  }

  @Test
  void announcedSizesAllocateNothing() {
    for (String octets :
        List.of("7fffffff 01'k' 'S' 7fffffff", "0000000b 01'k' 'x' 7ffffff0 00000000")) {
      byte[] table = Octets.hex(octets);
      bounded(16, () -> Octets.reader(table).table());
    }
    byte[] started = Octets.hex("03 0001 3fffffff 00");
    bounded(
        16,
        () -> FrameDecoder.forClient(Integer.MAX_VALUE).feed(ByteBuffer.wrap(started), READING));
  }

  /** A large frame in single octets: gathering it costs a few times its size, not its square. */
  @Test
  void gathersALargeFrameInLinearSpace() {
    int size = 4 << 20;
    byte[] frame =
        Octets.written(
            out -> {
              out.putByte(3);
              out.putShort(1);
              out.putInt(size);
              out.putBytes(new byte[size], 0, size);
              out.putByte(0xce);
            });
    ByteBuffer in = ByteBuffer.wrap(frame);
    FrameDecoder decoder = FrameDecoder.forClient(size + 8);
    int[] frames = {0};
    FrameHandler counting = new Counting(frames);
    long allocated =
        allocated(
            () -> {
              for (int i = 0; i < frame.length; i++) {
                decoder.feed(in.limit(i + 1), counting);
              }
            });
    assertThat(frames[0]).isEqualTo(1);
    assertThat(allocated).isLessThan(4L * size);
  }

  private record Counting(int[] frames) implements FrameHandler {
    @Override
    public void onProtocolHeader() {}

    @Override
    public void onUnsupportedProtocolHeader(byte[] received) {}

    @Override
    public void onFrame(int type, int channel, ByteBuffer payload) {
      frames[0]++;
    }
  }

  private static void bounded(int octets, Runnable reading) {
    long bound = (long) ALLOCATED_PER_OCTET * octets + ALLOCATED_ALWAYS;
    long allocated = allocated(() -> tolerant(reading));
    if (allocated >= bound) {
      // The first time, classes are loaded and string concatenations are linked; not again.
      allocated = allocated(() -> tolerant(reading));
    }
    assertThat(allocated).isLessThan(bound);
  }

  private static long allocated(Runnable work) {
    long thread = Thread.currentThread().getId();
    long before = THREADS.getThreadAllocatedBytes(thread);
    work.run();
    return THREADS.getThreadAllocatedBytes(thread) - before;
  }

  private static void tolerant(Runnable reading) {
    try {
      reading.run();
    } catch (ProtocolException e) {
      assertThat(OctetText.encode(e.replyText()).length).isLessThanOrEqualTo(255);
    }
  }
}
