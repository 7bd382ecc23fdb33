package io.quorate.amqp.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Connection;
import io.quorate.amqp.protocol.ProtocolConstants;
import io.quorate.amqp.protocol.ReplyCode;
import io.quorate.amqp.protocol.method.BasicConsume;
import io.quorate.amqp.protocol.method.BasicPublish;
import io.quorate.amqp.protocol.method.BasicQos;
import io.quorate.amqp.protocol.method.BasicQosOk;
import io.quorate.amqp.protocol.method.ChannelClose;
import io.quorate.amqp.protocol.method.ChannelCloseOk;
import io.quorate.amqp.protocol.method.ChannelOpen;
import io.quorate.amqp.protocol.method.ChannelOpenOk;
import io.quorate.amqp.protocol.method.ConfirmSelect;
import io.quorate.amqp.protocol.method.ConnectionClose;
import io.quorate.amqp.protocol.method.QueueDeclare;
import io.quorate.amqp.protocol.method.QueueDeclareOk;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bad input: the client hears the protocol's error, the others notice nothing. */
@ExtendWith(SharedBroker.class)
class FramingErrorsTest {

  interface Script {
    void run(RawClient client) throws Exception;
  }

  private static final BasicPublish PUBLISH = new BasicPublish("", "nobody", false, false);

  private final Broker broker;

  FramingErrorsTest(Broker broker) {
    this.broker = broker;
  }

  static Stream<Arguments> connectionErrors() {
    return Stream.of(
        error(
            "a method on a channel that is not open",
            ReplyCode.CHANNEL_ERROR,
            client -> client.send(7, new BasicQos(0, 1, false))),
        error(
            "a header on a channel that is not open",
            ReplyCode.UNEXPECTED_FRAME,
            client -> client.sendContentHeader(7, 1)),
        error(
            "a body on a channel that is not open",
            ReplyCode.UNEXPECTED_FRAME,
            client -> client.sendBody(7, "x")),
        error(
            "a channel opened twice",
            ReplyCode.CHANNEL_ERROR,
            client -> client.send(1, new ChannelOpen())),
        error(
            "a channel over channel-max",
            ReplyCode.NOT_ALLOWED,
            client -> client.send(2048, new ChannelOpen())),
        error(
            "a header without publish",
            ReplyCode.UNEXPECTED_FRAME,
            client -> client.sendContentHeader(1, 1)),
        error(
            "a body without publish",
            ReplyCode.UNEXPECTED_FRAME,
            client -> client.sendBody(1, "x")),
        error(
            "a method instead of a header",
            ReplyCode.UNEXPECTED_FRAME,
            client -> {
              client.send(1, PUBLISH);
              client.send(1, new BasicQos(0, 1, false));
            }),
        error(
            "a body instead of a header",
            ReplyCode.UNEXPECTED_FRAME,
            client -> {
              client.send(1, PUBLISH);
              client.sendBody(1, "x");
            }),
        error(
            "truncated content followed by a method",
            ReplyCode.UNEXPECTED_FRAME,
            client -> {
              client.send(1, PUBLISH);
              client.sendContentHeader(1, 10);
              client.sendBody(1, "12345");
              client.send(1, PUBLISH);
            }),
        error(
            "more body than announced",
            ReplyCode.FRAME_ERROR,
            client -> {
              client.send(1, PUBLISH);
              client.sendContentHeader(1, 3);
              client.sendBody(1, "1234");
            }),
        error(
            "an unknown method",
            ReplyCode.NOT_IMPLEMENTED,
            client ->
                client.sendFrame(ProtocolConstants.FRAME_METHOD, 1, new byte[] {0, 60, 0, 99})),
        error(
            "an unknown class",
            ReplyCode.NOT_IMPLEMENTED,
            client ->
                client.sendFrame(ProtocolConstants.FRAME_METHOD, 1, new byte[] {3, 60, 0, 10})),
        error(
            "a truncated method",
            ReplyCode.SYNTAX_ERROR,
            client ->
                client.sendFrame(ProtocolConstants.FRAME_METHOD, 1, new byte[] {0, 60, 0, 20, 0})),
        error(
            "an unknown frame type",
            ReplyCode.FRAME_ERROR,
            client -> client.sendFrame(5, 1, new byte[0])),
        error(
            "a frame over frame-max",
            ReplyCode.FRAME_ERROR,
            client -> client.sendBytes(new byte[] {3, 0, 1, 0, 2, 0, 1})),
        error(
            "a frame without its end",
            ReplyCode.FRAME_ERROR,
            client -> client.sendBytes(new byte[] {1, 0, 1, 0, 0, 0, 1, 0, 0})),
        error(
            "content on channel 0", ReplyCode.UNEXPECTED_FRAME, client -> client.sendBody(0, "x")),
        error(
            "a server's method",
            ReplyCode.COMMAND_INVALID,
            client -> client.send(1, new QueueDeclareOk("q", 0, 0))),
        error(
            "immediate",
            ReplyCode.NOT_IMPLEMENTED,
            client -> {
              client.send(1, new BasicPublish("", "q", false, true));
              client.sendContentHeader(1, 0);
            }),
        error(
            "a consumer tag used twice",
            ReplyCode.NOT_ALLOWED,
            client -> {
              client.send(1, new QueueDeclare("", false, false, true, false, true, Map.of()));
              client.send(1, new BasicConsume("", "t", false, true, false, true, Map.of()));
              client.send(1, new BasicConsume("", "t", false, true, false, true, Map.of()));
            }),
        error(
            "a malformed property list",
            ReplyCode.SYNTAX_ERROR,
            client -> {
              client.send(1, PUBLISH);
              client.sendFrame(
                  ProtocolConstants.FRAME_HEADER,
                  1,
                  new byte[] {0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0x80, 0, 9, 'x'});
            }));
  }

  private static Arguments error(String name, ReplyCode code, Script script) {
    return Arguments.of(name, code, script);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("connectionErrors")
  void closes_the_connection(String name, ReplyCode code, Script script) throws Exception {
    try (Connection other = broker.connect();
        RawClient client = RawClient.open(broker.port()).openChannel(1)) {
      script.run(client);
      client.expectConnectionError(code);
      assertThat(other.createChannel().queueDeclare().getQueue()).startsWith("amq.gen-");
    }
  }

  @Test
  void a_closing_channel_ignores_everything_until_close_ok_and_may_be_opened_again()
      throws Exception {
    try (RawClient client = RawClient.open(broker.port()).openChannel(1)) {
      client.send(1, new QueueDeclare("missing", true, false, false, false, false, Map.of()));
      ChannelClose close = client.expect(1, ChannelClose.class);
      assertThat(close.replyCode()).isEqualTo(404);
      assertThat(close.replyText()).isEqualTo("NOT_FOUND - no queue 'missing' in vhost '/'");
      assertThat(close.classId()).isEqualTo(50);
      assertThat(close.methodId()).isEqualTo(10);
      client.send(1, PUBLISH);
      client.sendContentHeader(1, 3);
      client.sendBody(1, "abc");
      client.send(1, new BasicQos(0, 1, false));
      client.send(1, new ChannelCloseOk());
      client.openChannel(1);
      client.send(1, new BasicQos(0, 1, false));
      client.expect(1, BasicQosOk.class);
    }
  }

  @Test
  void other_channels_go_on_when_one_closes() throws Exception {
    try (RawClient client = RawClient.open(broker.port()).openChannel(1).openChannel(2)) {
      client.send(1, new QueueDeclare("missing", true, false, false, false, false, Map.of()));
      client.expect(1, ChannelClose.class);
      client.send(2, new BasicQos(0, 1, false));
      client.expect(2, BasicQosOk.class);
    }
  }

  @Test
  void after_a_connection_error_everything_is_discarded_until_close_ok() throws Exception {
    try (RawClient client = RawClient.open(broker.port()).openChannel(1)) {
      client.sendBody(1, "x");
      client.expect(0, ConnectionClose.class);
      client.send(2, new ChannelOpen());
      client.send(1, new ConfirmSelect(false));
      client.send(0, new io.quorate.amqp.protocol.method.ConnectionCloseOk());
      client.expectEnd();
    }
  }

  @Test
  void an_answer_to_a_framing_error_is_found_in_garbage() throws Exception {
    byte[] garbage = new byte[5000];
    new Random(4).nextBytes(garbage);
    try (Broker patient = new Broker(config -> config.withCloseTimeoutMs(60_000));
        RawClient client = RawClient.open(patient.port()).openChannel(1)) {
      client.sendBytes(new byte[] {9, 9, 9, 9, 9, 9, 9, 9});
      client.sendBytes(garbage);
      client.expect(0, ConnectionClose.class);
      client.sendBytes(garbage);
      client.sendBytes(new byte[] {1, 0, 0});
      client.send(0, new io.quorate.amqp.protocol.method.ConnectionCloseOk());
      // the client gives up long before the server's patience ends
      client.expectEnd();
    }
  }

  @Test
  void both_sides_may_close_a_channel_at_once() throws Exception {
    try (RawClient client = RawClient.open(broker.port()).openChannel(1)) {
      client.send(1, new QueueDeclare("missing", true, false, false, false, false, Map.of()));
      client.send(1, new ChannelClose(200, "bye", 0, 0));
      client.expect(1, ChannelClose.class);
      client.expect(1, ChannelCloseOk.class);
      client.send(1, new ChannelCloseOk());
      client.send(1, new ChannelOpen());
      client.expect(1, ChannelOpenOk.class);
    }
  }

  @RepeatedTest(20)
  void garbage_after_the_handshake_ends_in_an_error_or_the_end() throws Exception {
    long seed = new Random().nextLong();
    byte[] garbage = new byte[2000];
    new Random(seed).nextBytes(garbage);
    try (RawClient client = RawClient.open(broker.port()).openChannel(1)) {
      client.sendBytes(garbage);
      RawClient.Frame frame = client.next();
      assertThat(frame).as("seed %d", seed).isNotNull();
      assertThat(frame.method()).as("seed %d", seed).isInstanceOf(ConnectionClose.class);
    }
    try (RawClient client = new RawClient(broker.port())) {
      client.sendBytes("AMQ".getBytes(StandardCharsets.US_ASCII));
      client.sendBytes(garbage);
      client.rest();
    }
  }
}
