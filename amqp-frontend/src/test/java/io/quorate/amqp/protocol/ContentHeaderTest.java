package io.quorate.amqp.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.AMQImpl;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Date;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Content headers and the basic properties in them. */
class ContentHeaderTest {
  @Property(tries = 1000)
  void propertiesRoundTrip(@ForAll long seed) {
    BasicProperties properties = randomProperties(new RandomValues(seed));
    byte[] encoded = ContentHeader.encode(properties);
    ContentHeader header = read(encoded, 17);
    assertThat(header.bodySize()).isEqualTo(17);
    assertThat(header.encodedProperties()).isEqualTo(encoded);
    assertThat(Octets.components(header.properties())).isEqualTo(Octets.components(properties));
    assertThat(header.properties()).isSameAs(header.properties());
    assertThat(ContentHeader.encode(header.properties())).isEqualTo(encoded);
  }

  @Property(tries = 500)
  void theClientReadsThem(@ForAll long seed) throws IOException {
    BasicProperties ours = randomProperties(new RandomValues(seed));
    byte[] payload = payload(ContentHeader.encode(ours), 3);
    AMQP.BasicProperties client =
        (AMQP.BasicProperties)
            AMQImpl.readContentHeaderFrom(new DataInputStream(new ByteArrayInputStream(payload)));
    assertThat(client.getContentType()).isEqualTo(ours.contentType());
    assertThat(client.getDeliveryMode()).isEqualTo(ours.deliveryMode());
    assertThat(client.getPriority()).isEqualTo(ours.priority());
    assertThat(client.getReplyTo()).isEqualTo(ours.replyTo());
    assertThat(client.getClusterId()).isEqualTo(ours.clusterId());
    assertThat(client.getHeaders() == null).isEqualTo(ours.headers() == null);
  }

  @Test
  void readsWhatTheClientWrites() throws IOException {
    AMQP.BasicProperties client =
        new AMQP.BasicProperties.Builder()
            .contentType("a")
            .contentEncoding("b")
            .headers(Map.of("h", 1))
            .deliveryMode(2)
            .priority(9)
            .correlationId("c")
            .replyTo("d")
            .expiration("1000")
            .messageId("e")
            .timestamp(new Date(5000))
            .type("f")
            .userId("g")
            .appId("h")
            .clusterId("i")
            .build();
    byte[] payload = client.toFrame(1, 1L << 40).getPayload();
    ContentHeader header = ContentHeader.read(ByteBuffer.wrap(payload));
    assertThat(header.bodySize()).isEqualTo(1L << 40);
    assertThat(header.properties())
        .isEqualTo(
            new BasicProperties(
                "a", "b", Map.of("h", 1), 2, 9, "c", "d", "1000", "e", 5L, "f", "g", "h", "i"));
    assertThat(payload).endsWith(ContentHeader.encode(header.properties()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", // no flags
        "80", // half of them
        "0001 0000", // a second word of flags, which class basic does not use
        "0002", // bit 1 names no property
        "8000", // a content-type is announced and missing
        "8000 05'text'", // and too short
        "2000 7fffffff", // a huge header table
        "1000 02 00", // something left over
        "0000 00"
      })
  void refusesMalformedProperties(String octets) {
    ContentHeader header = read(Octets.hex(octets), 0);
    assertThatThrownBy(header::properties)
        .isInstanceOfSatisfying(
            ProtocolException.class,
            e -> assertThat(e.replyCode()).isEqualTo(ReplyCode.SYNTAX_ERROR));
  }

  @Test
  void refusesAMalformedHeader() {
    refused("003c 0000 00000000000000", ReplyCode.SYNTAX_ERROR);
    refused("0032 0000 0000000000000000 0000", ReplyCode.UNEXPECTED_FRAME);
    refused("003c 0001 0000000000000000 0000", ReplyCode.UNEXPECTED_FRAME);
    refused("003c 0000 8000000000000000 0000", ReplyCode.SYNTAX_ERROR);
  }

  private static void refused(String octets, ReplyCode code) {
    assertThatThrownBy(() -> ContentHeader.read(ByteBuffer.wrap(Octets.hex(octets))))
        .isInstanceOfSatisfying(
            ProtocolException.class, e -> assertThat(e.replyCode()).isEqualTo(code));
  }

  private static ContentHeader read(byte[] encoded, long bodySize) {
    return ContentHeader.read(ByteBuffer.wrap(payload(encoded, bodySize)));
  }

  private static byte[] payload(byte[] encoded, long bodySize) {
    return Octets.written(
        out -> {
          out.putShort(60);
          out.putShort(0);
          out.putLong(bodySize);
          out.putBytes(encoded, 0, encoded.length);
        });
  }

  private static BasicProperties randomProperties(RandomValues random) {
    return BasicProperties.builder()
        .contentType(maybe(random, random.shortString()))
        .contentEncoding(maybe(random, random.shortString()))
        .headers(maybe(random, random.table(2)))
        .deliveryMode(maybe(random, random.below(256)))
        .priority(maybe(random, random.below(256)))
        .correlationId(maybe(random, random.shortString()))
        .replyTo(maybe(random, random.shortString()))
        .expiration(maybe(random, random.shortString()))
        .messageId(maybe(random, random.shortString()))
        .timestamp(maybe(random, (Long) random.ofType("timestamp", false)))
        .type(maybe(random, random.shortString()))
        .userId(maybe(random, random.shortString()))
        .appId(maybe(random, random.shortString()))
        .clusterId(maybe(random, random.shortString()))
        .build();
  }

  private static <T> @Nullable T maybe(RandomValues random, T value) {
    return random.below(2) == 0 ? null : value;
  }
}
