package io.quorate.benchmarks;

import com.google.protobuf.ByteString;
import io.quorate.amqp.protocol.ByteArrayWriter;
import io.quorate.amqp.protocol.ContentHeader;
import io.quorate.amqp.protocol.FrameDecoder;
import io.quorate.amqp.protocol.FrameHandler;
import io.quorate.amqp.protocol.FrameWriter;
import io.quorate.amqp.protocol.Method;
import io.quorate.amqp.protocol.MethodCodec;
import io.quorate.amqp.protocol.ProtocolConstants;
import io.quorate.amqp.protocol.method.BasicDeliver;
import io.quorate.amqp.protocol.method.BasicPublish;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** A message into frames and out of them. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CodecBenchmark {
  private static final int FRAME_MAX = 128 << 10;
  private static final byte[] PROPERTIES = {0x10, 0, 2}; // delivery-mode: 2

  @Param({"12", "1024", "65536"})
  private int bodyBytes;

  private byte[] body = {};
  private byte[] published = {};
  private FrameDecoder decoder = FrameDecoder.forServer(FRAME_MAX);

  @Setup
  public void write() {
    body = new byte[bodyBytes];
    ByteArrayWriter out = new ByteArrayWriter();
    content(out, new BasicPublish("", "queue", false, false));
    published = out.toByteArray();
    ByteArrayWriter header = new ByteArrayWriter();
    FrameWriter.protocolHeader(header);
    decoder.feed(ByteBuffer.wrap(header.toByteArray()), new Frames(null));
  }

  private void content(ByteArrayWriter out, Method method) {
    FrameWriter.content(
        out, 1, method, ByteBuffer.wrap(PROPERTIES), ByteBuffer.wrap(body), FRAME_MAX);
  }

  /** A publish: three frames taken apart, the method and the properties decoded. */
  @Benchmark
  public void decodePublish(Blackhole sink) {
    decoder.feed(ByteBuffer.wrap(published), new Frames(sink));
  }

  @Benchmark
  public byte[] encodeDelivery() {
    ByteArrayWriter out = new ByteArrayWriter(bodyBytes + 256);
    content(out, new BasicDeliver("amq.ctag-1", 1, false, "", "queue"));
    return out.toByteArray();
  }

  private record Frames(@Nullable Blackhole sink) implements FrameHandler {
    @Override
    public void onProtocolHeader() {}

    @Override
    public void onUnsupportedProtocolHeader(byte[] received) {
      throw new IllegalStateException("not AMQP");
    }

    @Override
    public void onFrame(int type, int channel, ByteBuffer payload) {
      if (sink != null) {
        switch (type) {
          case ProtocolConstants.FRAME_METHOD -> sink.consume(MethodCodec.read(payload));
          case ProtocolConstants.FRAME_HEADER ->
              sink.consume(ContentHeader.read(payload).properties());
          default -> sink.consume(ByteString.copyFrom(payload));
        }
      }
    }
  }
}
