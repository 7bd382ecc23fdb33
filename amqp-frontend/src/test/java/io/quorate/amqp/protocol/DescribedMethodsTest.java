package io.quorate.amqp.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.impl.AMQImpl;
import io.quorate.amqp.protocol.Description.MethodSpec;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Every method of the description: written, read, and understood by RabbitMQ's client. */
class DescribedMethodsTest {
  @Property(tries = 200)
  void isWrittenAsDescribedAndReadBack(@ForAll long seed) {
    RandomValues random = new RandomValues(seed);
    for (MethodSpec spec : Description.methods()) {
      List<Object> values = spec.randomValues(random);
      Method method = spec.instance(values);
      byte[] expected = Description.encode(spec, values);

      assertThat(Octets.payload(method)).as(spec.name()).isEqualTo(expected);
      Method read = MethodCodec.read(ByteBuffer.wrap(expected));
      assertThat(read.getClass()).isEqualTo(method.getClass());
      assertThat(Octets.components(read)).as(spec.name()).isEqualTo(Octets.components(method));
    }
  }

  @Property(tries = 200)
  void isUnderstoodByTheClient(@ForAll long seed) throws IOException {
    RandomValues random = new RandomValues(seed);
    for (MethodSpec spec : Description.methods()) {
      Method method = spec.instance(spec.randomValues(random));
      var client =
          AMQImpl.readMethodFrom(
              new DataInputStream(new ByteArrayInputStream(Octets.payload(method))));
      assertThat(client.protocolMethodName()).isEqualTo(spec.name());
      assertThat(client.hasContent()).isEqualTo(method.hasContent());
      // The client keeps tables unordered, so its octets may differ where their meaning does not.
      Method back = MethodCodec.read(ByteBuffer.wrap(client.toFrame(1).getPayload()));
      assertThat(Octets.components(back)).as(spec.name()).isEqualTo(Octets.components(method));
    }
  }

  @Test
  void hasItsTypeAsDescribed() {
    List<String> described = new ArrayList<>();
    for (MethodSpec spec : Description.methods()) {
      described.add(spec.name());
      MethodType type = spec.instance(spec.randomValues(new RandomValues(1))).methodType();
      Set<String> from = new TreeSet<>();
      spec.json().get("from").forEach(f -> from.add(f.asText()));
      Set<String> replies = new TreeSet<>();
      spec.json().path("replies").forEach(r -> replies.add(spec.className() + "." + r.asText()));

      assertThat(type.protocolName()).isEqualTo(spec.name());
      assertThat(type.classId()).isEqualTo(spec.classId());
      assertThat(type.methodId()).isEqualTo(spec.id());
      assertThat(type.hasContent()).isEqualTo(spec.json().path("content").asBoolean());
      assertThat(type.synchronous()).isEqualTo(spec.json().path("synchronous").asBoolean());
      assertThat(type.sentByClients()).isEqualTo(from.contains("client"));
      assertThat(type.sentByServers()).isEqualTo(from.contains("server"));
      assertThat(type.replies()).isEqualTo(replies);
      assertThat(type.synchronous())
          .as("a synchronous method has a reply")
          .isEqualTo(!replies.isEmpty());
    }
    assertThat(MethodType.values()).extracting(MethodType::protocolName).isEqualTo(described);
  }

  @Test
  void namesOnlyMethodsAsReplies() {
    List<String> names = Description.methods().stream().map(MethodSpec::name).toList();
    for (MethodType type : MethodType.values()) {
      assertThat(names).containsAll(type.replies());
    }
  }

  @Test
  void refusesIdsThatNoMethodHas() {
    assertThatThrownBy(() -> MethodCodec.read(ByteBuffer.wrap(Octets.hex("003c 00ff"))))
        .isInstanceOfSatisfying(
            ProtocolException.class,
            e -> {
              assertThat(e.replyCode()).isEqualTo(ReplyCode.NOT_IMPLEMENTED);
              assertThat(e.closesConnection()).isTrue();
              assertThat(e.classId()).isEqualTo(60);
              assertThat(e.methodId()).isEqualTo(255);
              assertThat(e.getStackTrace()).isEmpty();
              assertThat(e.replyText())
                  .isEqualTo("NOT_IMPLEMENTED - AMQP 0-9-1 has no method 255 in class 60");
            });
  }

  @Property(tries = 20)
  void refusesAMethodCutShortOrWithOctetsLeftOver(@ForAll long seed) {
    RandomValues random = new RandomValues(seed);
    for (MethodSpec spec : Description.methods()) {
      byte[] whole = Octets.payload(spec.instance(spec.randomValues(random)));
      for (int length = 0; length < whole.length; length += 1 + random.below(4)) {
        ByteBuffer cut = ByteBuffer.wrap(whole, 0, length).slice();
        assertThatThrownBy(() -> MethodCodec.read(cut))
            .isInstanceOfSatisfying(
                ProtocolException.class,
                e -> assertThat(e.replyCode()).isEqualTo(ReplyCode.SYNTAX_ERROR));
      }
      byte[] longer = Arrays.copyOf(whole, whole.length + 1);
      assertThatThrownBy(() -> MethodCodec.read(ByteBuffer.wrap(longer)))
          .isInstanceOf(ProtocolException.class)
          .hasMessageContaining("left over");
    }
  }
}
