package io.quorate.amqp.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.quorate.amqp.FrontendConfig;
import io.quorate.amqp.engine.EngineContext;
import io.quorate.amqp.engine.FrontendMetrics;
import io.quorate.amqp.protocol.FrameDecoder;
import io.quorate.amqp.protocol.FrameHandler;
import io.quorate.amqp.protocol.FrameWriter;
import io.quorate.amqp.protocol.Method;
import io.quorate.amqp.protocol.MethodCodec;
import io.quorate.amqp.protocol.ReplyCode;
import io.quorate.amqp.protocol.method.BasicGet;
import io.quorate.amqp.protocol.method.BasicGetOk;
import io.quorate.amqp.protocol.method.BasicPublish;
import io.quorate.amqp.protocol.method.ChannelOpen;
import io.quorate.amqp.protocol.method.ChannelOpenOk;
import io.quorate.amqp.protocol.method.ConnectionClose;
import io.quorate.amqp.protocol.method.ConnectionCloseOk;
import io.quorate.amqp.protocol.method.ConnectionOpen;
import io.quorate.amqp.protocol.method.ConnectionOpenOk;
import io.quorate.amqp.protocol.method.ConnectionStart;
import io.quorate.amqp.protocol.method.ConnectionStartOk;
import io.quorate.amqp.protocol.method.ConnectionTune;
import io.quorate.amqp.protocol.method.ConnectionTuneOk;
import io.quorate.amqp.protocol.method.QueueDeclare;
import io.quorate.amqp.protocol.method.QueueDeclareOk;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(SharedBroker.class)
class HandshakeTest {

  private final Broker broker;

  HandshakeTest(Broker broker) {
    this.broker = broker;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\26\3\1\2\0\1",
        "AMQP\1\1\0\012",
        "AMQP\0\1\0\0",
        "GET / HTTP/1.1\r\n\r\n",
        "AMQP\3\1\0\0"
      })
  void another_protocol_is_told_which_one_is_spoken(String opening) throws Exception {
    try (RawClient client = new RawClient(broker.port())) {
      client.sendBytes(opening.getBytes(StandardCharsets.ISO_8859_1));
      assertThat(client.rest()).isEqualTo(new byte[] {'A', 'M', 'Q', 'P', 0, 0, 9, 1});
    }
  }

  @Test
  void a_client_of_0_9_is_taken_for_one_of_0_9_1() throws Exception {
    try (RawClient client = new RawClient(broker.port())) {
      client.sendBytes("AMQP\1\1\0\11".getBytes(StandardCharsets.ISO_8859_1));
      assertThat(client.expect(0, ConnectionStart.class).versionMinor()).isEqualTo(9);
    }
  }

  @Test
  void it_is_the_client_that_closes_the_socket_after_close_ok() throws Exception {
    try (Broker patient = new Broker(config -> config.withCloseTimeoutMs(2_000));
        RawClient client = RawClient.open(patient.port())) {
      client.closesWhenAnswered = false;
      client.send(0, new ConnectionClose(200, "bye", 0, 0));
      client.send(0, new ConnectionClose(200, "bye", 0, 0));
      client.expect(0, ConnectionCloseOk.class);
      long answered = System.nanoTime();
      client.expectEnd();
      assertThat(System.nanoTime() - answered).isGreaterThan(1_500_000_000L);
    }
  }

  @Test
  void start_says_who_we_are_and_what_we_can() throws Exception {
    try (RawClient client = new RawClient(broker.port())) {
      client.sendHeader();
      ConnectionStart start = client.expect(0, ConnectionStart.class);
      assertThat(start.mechanisms()).isEqualTo("PLAIN AMQPLAIN");
      assertThat(start.locales()).isEqualTo("en_US");
      // clients switch on by these what they know of RabbitMQ
      assertThat(start.serverProperties())
          .containsOnlyKeys(
              "product", "version", "platform", "information", "quorate_version", "capabilities")
          .containsEntry("product", "RabbitMQ")
          .containsEntry("version", "4.1.0");
      assertThat(start.serverProperties().get("information")).asString().startsWith("Quorate");
      assertThat(start.serverProperties().get("capabilities"))
          .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
          .containsEntry("publisher_confirms", true)
          .containsEntry("basic.nack", true)
          .containsEntry("consumer_cancel_notify", true)
          .containsEntry("connection.blocked", true);
    }
  }

  @Test
  void amqplain_is_understood() throws Exception {
    try (RawClient client = new RawClient(broker.port())) {
      client.sendHeader();
      client.expect(0, ConnectionStart.class);
      client.login("AMQPLAIN", "\5LOGINS\0\0\0\5guest\10PASSWORDS\0\0\0\5guest");
      client.expect(0, ConnectionTune.class);
    }
  }

  @Test
  void a_wrong_password_is_refused_with_a_reason_to_those_who_understand() throws Exception {
    try (RawClient client = new RawClient(broker.port())) {
      client.sendHeader();
      client.expect(0, ConnectionStart.class);
      client.login("PLAIN", "\0guest\0wrong");
      ConnectionClose close = client.expectConnectionError(ReplyCode.ACCESS_REFUSED);
      assertThat(close.replyText())
          .contains("Login was refused using authentication mechanism PLAIN");
    }
  }

  @Test
  void guest_may_not_connect_from_another_machine() {
    assertThat(remoteLogin(Set.of("guest")))
        .isInstanceOfSatisfying(
            ConnectionClose.class,
            close -> {
              assertThat(close.replyCode()).isEqualTo(ReplyCode.ACCESS_REFUSED.code());
              assertThat(close.replyText()).contains("Login was refused");
            });
    assertThat(remoteLogin(Set.of())).isInstanceOf(ConnectionTune.class);
  }

  /** What a client hears that logs in as guest, rightly, from an address that is not loopback. */
  private Method remoteLogin(Set<String> loopbackUsers) {
    EngineContext context =
        new EngineContext(
            FrontendConfig.defaults("127.0.0.1", 0).withLoopbackUsers(loopbackUsers),
            broker.queues(),
            new FrontendMetrics(new SimpleMeterRegistry()),
            System::nanoTime,
            new RandomNames(),
            Runnable::run,
            "test");
    EmbeddedChannel socket = new EmbeddedChannel(new AmqpConnectionHandler(context));
    ByteBufWriter login = new ByteBufWriter(Unpooled.buffer());
    FrameWriter.protocolHeader(login);
    FrameWriter.method(
        login,
        0,
        new ConnectionStartOk(
            RawClient.AUTHENTICATION_FAILURE_CLOSE,
            "PLAIN",
            "\0guest\0guest".getBytes(StandardCharsets.UTF_8),
            "en_US"));
    socket.writeInbound(login.buffer());
    socket.runPendingTasks();
    List<Method> heard = new ArrayList<>();
    FrameDecoder decoder = FrameDecoder.forClient(FrontendConfig.MIN_FRAME_MAX_BYTES);
    for (ByteBuf out = socket.readOutbound(); out != null; out = socket.readOutbound()) {
      decoder.feed(
          out.nioBuffer(),
          new FrameHandler() {
            @Override
            public void onProtocolHeader() {}

            @Override
            public void onUnsupportedProtocolHeader(byte[] received) {}

            @Override
            public void onFrame(int type, int channel, ByteBuffer payload) {
              heard.add(MethodCodec.read(payload));
            }
          });
      out.release();
    }
    socket.finishAndReleaseAll();
    assertThat(heard).hasSize(2);
    return heard.get(1);
  }

  @Test
  void a_wrong_password_closes_the_socket_of_others() throws Exception {
    try (RawClient client = new RawClient(broker.port())) {
      client.sendHeader();
      client.expect(0, ConnectionStart.class);
      client.send(
          0,
          new ConnectionStartOk(
              Map.of(), "PLAIN", "\0guest\0wrong".getBytes(StandardCharsets.UTF_8), "en_US"));
      client.expectEnd();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "guest", "\0guest", "a\0b\0c\0d"})
  void a_malformed_plain_response_is_a_syntax_error(String response) throws Exception {
    try (RawClient client = new RawClient(broker.port())) {
      client.sendHeader();
      client.expect(0, ConnectionStart.class);
      client.login("PLAIN", response);
      client.expectConnectionError(ReplyCode.SYNTAX_ERROR);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"KERBEROS_V4", "ANONYMOUS", "EXTERNAL", "plain", ""})
  void an_unknown_mechanism_is_refused(String mechanism) throws Exception {
    try (RawClient client = new RawClient(broker.port())) {
      client.sendHeader();
      client.expect(0, ConnectionStart.class);
      client.login(mechanism, "\0guest\0guest");
      client.expectConnectionError(ReplyCode.COMMAND_INVALID);
    }
  }

  static Stream<ConnectionTuneOk> badTunes() {
    return Stream.of(
        new ConnectionTuneOk(0, 131_072, 0),
        new ConnectionTuneOk(2048, 131_072, 0),
        new ConnectionTuneOk(2047, 0, 0),
        new ConnectionTuneOk(2047, 131_073, 0),
        new ConnectionTuneOk(2047, 4095, 0));
  }

  @ParameterizedTest
  @MethodSource("badTunes")
  void tune_ok_may_not_ask_for_more_than_was_offered(ConnectionTuneOk tuneOk) throws Exception {
    try (RawClient client = new RawClient(broker.port())) {
      client.sendHeader();
      client.expect(0, ConnectionStart.class);
      client.login("PLAIN", "\0guest\0guest");
      client.expect(0, ConnectionTune.class);
      client.send(0, tuneOk);
      client.expectConnectionError(ReplyCode.NOT_ALLOWED);
    }
  }

  @Test
  void an_unknown_vhost_is_not_allowed() throws Exception {
    try (RawClient client = new RawClient(broker.port())) {
      client.sendHeader();
      client.expect(0, ConnectionStart.class);
      client.login("PLAIN", "\0guest\0guest");
      ConnectionTune tune = client.expect(0, ConnectionTune.class);
      client.send(0, new ConnectionTuneOk(10, tune.frameMax(), 0));
      client.send(0, new ConnectionOpen("nowhere"));
      ConnectionClose close = client.expectConnectionError(ReplyCode.NOT_ALLOWED);
      assertThat(close.replyText()).contains("vhost nowhere not found");
      assertThat(close.classId()).isEqualTo(10);
      assertThat(close.methodId()).isEqualTo(40);
    }
  }

  static Stream<Method> outOfPlace() {
    return Stream.of(
        new ConnectionTuneOk(1, 4096, 0), new ConnectionOpen("/"), new ConnectionOpenOk());
  }

  @ParameterizedTest
  @MethodSource("outOfPlace")
  void a_method_out_of_place_is_invalid(Method method) throws Exception {
    try (RawClient client = new RawClient(broker.port())) {
      client.sendHeader();
      client.expect(0, ConnectionStart.class);
      client.send(0, method);
      client.expectConnectionError(ReplyCode.COMMAND_INVALID);
    }
  }

  @Test
  void channel_methods_before_open_are_an_error() throws Exception {
    try (RawClient client = new RawClient(broker.port())) {
      client.sendHeader();
      client.expect(0, ConnectionStart.class);
      client.send(1, new QueueDeclareOk("q", 0, 0));
      client.expectConnectionError(ReplyCode.CHANNEL_ERROR);
    }
  }

  @Test
  void a_large_frame_before_tune_is_refused_and_after_it_accepted() throws Exception {
    try (RawClient client = new RawClient(broker.port())) {
      client.sendHeader();
      client.expect(0, ConnectionStart.class);
      client.sendBytes(new byte[] {1, 0, 0, 0, 1, 0, 0});
      client.expectConnectionError(ReplyCode.FRAME_ERROR);
    }
    try (RawClient client = RawClient.open(broker.port()).openChannel(1)) {
      String body = "x".repeat((1 << 17) - 8); // all that 128 KiB have room for
      client.send(1, new QueueDeclare("", false, false, true, false, false, Map.of()));
      String queue = client.expect(1, QueueDeclareOk.class).queue();
      client.send(1, new BasicPublish("", queue, false, false));
      client.sendContentHeader(1, body.length());
      client.sendBody(1, body);
      client.send(1, new BasicGet(queue, true));
      assertThat(client.expect(1, BasicGetOk.class).messageCount()).isZero();
    }
  }

  @Test
  void a_client_that_says_nothing_is_dropped() throws Exception {
    try (Broker impatient = new Broker(config -> config.withHandshakeTimeoutMs(200));
        RawClient silent = new RawClient(impatient.port());
        RawClient slow = new RawClient(impatient.port())) {
      slow.sendHeader();
      slow.expect(0, ConnectionStart.class);
      slow.expectEnd();
      silent.expectEnd();
    }
  }

  @Test
  void a_client_may_close_during_the_handshake() throws Exception {
    try (RawClient client = new RawClient(broker.port())) {
      client.sendHeader();
      client.expect(0, ConnectionStart.class);
      client.send(0, new ConnectionClose(200, "changed my mind", 0, 0));
      client.expect(0, ConnectionCloseOk.class);
      client.expectEnd();
    }
  }

  /** Everything up to the first question in one write, before the server has said a word. */
  private static void sendAllAtOnce(RawClient client, String password, String vhost)
      throws Exception {
    client.gather();
    client.sendHeader();
    client.login("PLAIN", "\0guest\0" + password);
    client.send(0, new ConnectionTuneOk(10, 8192, 0));
    client.send(0, new ConnectionOpen(vhost));
    client.send(1, new ChannelOpen());
    client.send(1, new QueueDeclare("", false, false, true, false, false, Map.of()));
    client.flush();
  }

  @Test
  void a_client_may_say_everything_at_once() throws Exception {
    try (RawClient client = new RawClient(broker.port())) {
      sendAllAtOnce(client, "guest", "/");
      client.expect(0, ConnectionStart.class);
      client.expect(0, ConnectionTune.class);
      client.expect(0, ConnectionOpenOk.class);
      client.expect(1, ChannelOpenOk.class);
      client.expect(1, QueueDeclareOk.class);
    }
  }

  @Test
  void what_is_sent_ahead_does_not_count_if_the_password_is_wrong() throws Exception {
    try (RawClient client = new RawClient(broker.port())) {
      sendAllAtOnce(client, "wrong", "/");
      client.expect(0, ConnectionStart.class);
      ConnectionClose close = client.expect(0, ConnectionClose.class);
      assertThat(close.replyCode()).isEqualTo(ReplyCode.ACCESS_REFUSED.code());
      client.send(0, new ConnectionCloseOk());
      client.flush();
      client.expectEnd();
    }
  }

  @Test
  void what_is_sent_ahead_does_not_count_if_the_vhost_is_unknown() throws Exception {
    try (RawClient client = new RawClient(broker.port())) {
      sendAllAtOnce(client, "guest", "nowhere");
      client.expect(0, ConnectionStart.class);
      client.expect(0, ConnectionTune.class);
      ConnectionClose close = client.expect(0, ConnectionClose.class);
      assertThat(close.replyText()).isEqualTo("NOT_ALLOWED - vhost nowhere not found");
      client.send(0, new ConnectionCloseOk());
      client.flush();
      client.expectEnd();
    }
  }

  @Test
  void octets_may_come_one_by_one() throws Exception {
    try (RawClient client = new RawClient(broker.port())) {
      octets(client, FrameWriter::protocolHeader);
      client.expect(0, ConnectionStart.class);
      ConnectionStartOk login =
          new ConnectionStartOk(
              Map.of(), "PLAIN", "\0guest\0guest".getBytes(StandardCharsets.UTF_8), "en_US");
      octets(client, out -> FrameWriter.method(out, 0, login));
      client.expect(0, ConnectionTune.class);
      octets(client, out -> FrameWriter.method(out, 0, new ConnectionTuneOk(10, 8192, 0)));
      octets(client, out -> FrameWriter.method(out, 0, new ConnectionOpen("/")));
      assertThat(client.expect(0, ConnectionOpenOk.class)).isEqualTo(new ConnectionOpenOk());
    }
  }

  private static void octets(RawClient client, Consumer<ByteBufWriter> write) throws Exception {
    ByteBufWriter frame = new ByteBufWriter(Unpooled.buffer());
    write.accept(frame);
    while (frame.buffer().isReadable()) {
      client.sendBytes(new byte[] {frame.buffer().readByte()});
    }
  }
}
