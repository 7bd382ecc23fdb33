package io.quorate.amqp.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import io.quorate.amqp.protocol.method.BasicAck;
import io.quorate.amqp.protocol.method.BasicDeliver;
import io.quorate.amqp.protocol.method.BasicGetEmpty;
import io.quorate.amqp.protocol.method.BasicPublish;
import io.quorate.amqp.protocol.method.ChannelOpenOk;
import io.quorate.amqp.protocol.method.ConnectionClose;
import io.quorate.amqp.protocol.method.ConnectionOpen;
import io.quorate.amqp.protocol.method.ConnectionStartOk;
import io.quorate.amqp.protocol.method.ConnectionTune;
import io.quorate.amqp.protocol.method.QueueDeclare;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Octets that were put together by hand from the specification, field by field. */
class GoldenOctetsTest {
  @Test
  void methods() {
    // class, method, channel-max, frame-max, heartbeat
    golden(new ConnectionTune(2047, 131072, 60), "000a 001e 07ff 00020000 003c");
    // client-properties (one key, a boolean), mechanism, response, locale
    golden(
        new ConnectionStartOk(
            Map.of("a", true), "PLAIN", "\0guest\0guest".getBytes(StandardCharsets.UTF_8), "en_US"),
        "000a 000b 00000004 01'a' 't' 01 05'PLAIN' 0000000c 00'guest'00'guest' 05'en_US'");
    // virtual-host, reserved-1 as a short string, reserved-2 as a bit
    golden(new ConnectionOpen("/"), "000a 0028 01'/' 00 00");
    golden(new ConnectionClose(404, "NOT_FOUND", 50, 10), "000a 0032 0194 09'NOT_FOUND' 0032 000a");
    // reserved-1 is a long string
    golden(new ChannelOpenOk(), "0014 000b 00000000");
    // reserved-1, queue, five bits in one octet from the lowest on, arguments
    golden(
        new QueueDeclare("q1", false, true, false, true, false, Map.of("x-max", 7)),
        "0032 000a 0000 02'q1' 0a 0000000b 05'x-max' 'I' 00000007");
    golden(new BasicPublish("", "q1", true, false), "003c 0028 0000 00 02'q1' 01");
    golden(
        new BasicDeliver("ctag", 258, true, "x", "k"),
        "003c 003c 04'ctag' 0000000000000102 01 01'x' 01'k'");
    golden(new BasicGetEmpty(), "003c 0048 00");
    golden(new BasicAck(-1, true), "003c 0050 ffffffffffffffff 01");
  }

  @Test
  void frames() {
    assertThat(Octets.written(FrameWriter::protocolHeader))
        .isEqualTo(Octets.hex("'AMQP' 00000901"));
    assertThat(Octets.written(FrameWriter::heartbeat)).isEqualTo(Octets.hex("08 0000 00000000 ce"));
    assertThat(Octets.written(out -> FrameWriter.method(out, 258, new BasicGetEmpty())))
        .isEqualTo(Octets.hex("01 0102 00000005 003c 0048 00 ce"));
  }

  @Test
  void content() {
    byte[] properties =
        ContentHeader.encode(
            BasicProperties.builder()
                .contentType("text/plain")
                .deliveryMode(2)
                .timestamp(1L)
                .clusterId("c")
                .build());
    // content-type is bit 15, delivery-mode bit 12, timestamp bit 6, cluster-id bit 2
    assertThat(properties).isEqualTo(Octets.hex("9044 0a'text/plain' 02 0000000000000001 01'c'"));
    byte[] written =
        Octets.written(
            out ->
                FrameWriter.content(
                    out,
                    1,
                    new BasicGetEmpty(),
                    ByteBuffer.wrap(Octets.hex("1000 02")),
                    ByteBuffer.wrap(Octets.hex("'hi'")),
                    4096));
    assertThat(written)
        .isEqualTo(
            Octets.hex(
                "01 0001 00000005 003c 0048 00 ce"
                    + "02 0001 0000000f 003c 0000 0000000000000002 1000 02 ce"
                    + "03 0001 00000002 'hi' ce"));
  }

  @Test
  void framesOfTheClient() throws IOException {
    Map<String, Object> arguments = Map.of("x-queue-type", "quorum");
    AMQP.Queue.Declare client =
        new AMQP.Queue.Declare.Builder()
            .queue("q\u00e9")
            .durable(true)
            .exclusive(true)
            .arguments(arguments)
            .build();
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    ((com.rabbitmq.client.impl.Method) client).toFrame(7).writeTo(new DataOutputStream(frame));
    QueueDeclare ours =
        new QueueDeclare("q\u00e9", false, true, true, false, false, Map.copyOf(arguments));
    assertThat(Octets.written(out -> FrameWriter.method(out, 7, ours)))
        .isEqualTo(frame.toByteArray());
  }

  @Test
  void replyCodes() {
    assertThat(ReplyCode.NOT_FOUND.code()).isEqualTo(404);
    assertThat(ReplyCode.NOT_FOUND.isHard()).isFalse();
    assertThat(ReplyCode.FRAME_ERROR.code()).isEqualTo(501);
    assertThat(ReplyCode.FRAME_ERROR.isHard()).isTrue();
    for (ReplyCode code : ReplyCode.values()) {
      // AMQP.class of the client holds the same names and codes.
      try {
        assertThat(AMQP.class.getField(code.name()).getInt(null)).isEqualTo(code.code());
      } catch (ReflectiveOperationException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static void golden(Method method, String octets) {
    byte[] expected = Octets.hex(octets);
    assertThat(Octets.payload(method)).as(method.name()).isEqualTo(expected);
    Method read = MethodCodec.read(ByteBuffer.wrap(expected));
    assertThat(Octets.components(read)).isEqualTo(Octets.components(method));
  }
}
