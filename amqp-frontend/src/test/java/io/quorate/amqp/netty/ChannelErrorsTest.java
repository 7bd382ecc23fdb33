package io.quorate.amqp.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.ShutdownSignalException;
import io.quorate.amqp.protocol.MethodType;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What clients are told for each mistake: the code, the text, and what it closes. */
@ExtendWith(SharedBroker.class)
class ChannelErrorsTest {

  interface Mistake {
    void make(Channel channel, String name) throws Exception;
  }

  private final Broker broker;

  ChannelErrorsTest(Broker broker) {
    this.broker = broker;
  }

  static Stream<Arguments> onChannel() {
    return Stream.of(
        mistake(
            404,
            MethodType.QUEUE_DECLARE,
            "no queue 'NAME' in vhost '/'",
            (c, n) -> c.queueDeclarePassive(n)),
        mistake(
            404,
            MethodType.EXCHANGE_DECLARE,
            "no exchange 'NAME' in vhost '/'",
            (c, n) -> c.exchangeDeclarePassive(n)),
        mistake(
            404,
            MethodType.BASIC_GET,
            "no queue 'NAME' in vhost '/'",
            (c, n) -> c.basicGet(n, true)),
        mistake(
            404,
            MethodType.BASIC_CONSUME,
            "no queue 'NAME' in vhost '/'",
            (c, n) -> c.basicConsume(n, (t, d) -> {}, t -> {})),
        mistake(
            404, MethodType.QUEUE_PURGE, "no queue 'NAME' in vhost '/'", (c, n) -> c.queuePurge(n)),
        mistake(
            404,
            MethodType.QUEUE_BIND,
            "no queue 'NAME' in vhost '/'",
            (c, n) -> c.queueBind(n, "amq.topic", "k")),
        mistake(
            404,
            MethodType.QUEUE_BIND,
            "no exchange 'NAME' in vhost '/'",
            (c, n) -> c.queueBind(queue(c), n, "k")),
        mistake(
            404,
            MethodType.EXCHANGE_BIND,
            "no exchange 'NAME' in vhost '/'",
            (c, n) -> c.exchangeBind("amq.topic", n, "k")),
        mistake(
            404,
            MethodType.BASIC_PUBLISH,
            "no exchange 'NAME' in vhost '/'",
            (c, n) -> publish(c, n, null)),
        mistake(
            404,
            MethodType.BASIC_GET,
            "no previously declared queue",
            (c, n) -> c.basicGet("", true)),
        mistake(
            403,
            MethodType.QUEUE_DECLARE,
            "queue name 'amq.NAME' contains reserved prefix 'amq.*'",
            (c, n) -> c.queueDeclare("amq." + n, false, false, true, null)),
        mistake(
            403,
            MethodType.EXCHANGE_DECLARE,
            "exchange name 'amq.NAME' contains reserved prefix 'amq.*'",
            (c, n) -> c.exchangeDeclare("amq." + n, "fanout")),
        mistake(
            403,
            MethodType.EXCHANGE_DECLARE,
            "operation not permitted on the default exchange",
            (c, n) -> c.exchangeDeclare("", "direct")),
        mistake(
            403,
            MethodType.EXCHANGE_DELETE,
            "operation not permitted on the default exchange",
            (c, n) -> c.exchangeDelete("")),
        mistake(
            403,
            MethodType.QUEUE_BIND,
            "operation not permitted on the default exchange",
            (c, n) -> c.queueBind(queue(c), "", "k")),
        mistake(
            403,
            MethodType.EXCHANGE_DELETE,
            "deletion of system exchange 'amq.fanout' in vhost '/' not allowed",
            (c, n) -> c.exchangeDelete("amq.fanout")),
        mistake(
            403,
            MethodType.BASIC_PUBLISH,
            "cannot publish to internal exchange 'NAME' in vhost '/'",
            (c, n) -> {
              c.exchangeDeclare(n, "fanout", false, true, true, null);
              publish(c, n, null);
            }),
        mistake(
            406,
            MethodType.QUEUE_DECLARE,
            "inequivalent arg 'durable' for queue 'NAME' in vhost '/'",
            (c, n) -> {
              c.queueDeclare(n, false, false, true, null);
              c.queueDeclare(n, true, false, true, null);
            }),
        mistake(
            406,
            MethodType.EXCHANGE_DECLARE,
            "inequivalent arg 'type' for exchange 'amq.fanout' in vhost '/'",
            (c, n) -> c.exchangeDeclare("amq.fanout", "topic", true)),
        mistake(
            406, MethodType.BASIC_ACK, "unknown delivery tag 5", (c, n) -> c.basicAck(5, false)),
        mistake(
            406,
            MethodType.BASIC_NACK,
            "unknown delivery tag 5",
            (c, n) -> c.basicNack(5, true, true)),
        mistake(
            406,
            MethodType.BASIC_REJECT,
            "unknown delivery tag 1",
            (c, n) -> c.basicReject(1, true)),
        mistake(
            406,
            MethodType.BASIC_PUBLISH,
            "user_id property set to 'mallory' but authenticated user was 'guest'",
            (c, n) -> publish(c, "", new AMQP.BasicProperties.Builder().userId("mallory").build())),
        mistake(
            406,
            MethodType.BASIC_PUBLISH,
            "message size 1048577 is larger than configured max size 1048576",
            (c, n) -> c.basicPublish("", n, null, new byte[(1 << 20) + 1])),
        mistake(
            406,
            MethodType.QUEUE_DECLARE,
            "'x-message-ttl'",
            (c, n) -> c.queueDeclare(n, false, false, true, Map.of("x-message-ttl", 1000))),
        mistake(
            406,
            MethodType.QUEUE_DECLARE,
            "'x-max-priority'",
            (c, n) -> c.queueDeclare(n, false, false, true, Map.of("x-max-priority", 10))),
        mistake(
            406,
            MethodType.QUEUE_DECLARE,
            "invalid property 'non-durable' for queue",
            (c, n) -> c.queueDeclare(n, false, false, false, Map.of("x-queue-type", "quorum"))),
        mistake(
            406,
            MethodType.QUEUE_DECLARE,
            "invalid property 'exclusive-owner' for queue",
            (c, n) -> c.queueDeclare(n, true, true, false, Map.of("x-queue-type", "quorum"))),
        mistake(
            406,
            MethodType.QUEUE_DECLARE,
            "known are quorum and classic",
            (c, n) -> c.queueDeclare(n, true, false, false, Map.of("x-queue-type", "heap"))),
        mistake(
            406,
            MethodType.BASIC_CONSUME,
            "'x-priority'",
            (c, n) ->
                c.basicConsume(
                    queue(c), true, Map.of("x-priority", "high"), (t, d) -> {}, t -> {})),
        mistake(
            406,
            MethodType.BASIC_CONSUME,
            "reply consumer cannot acknowledge",
            (c, n) -> c.basicConsume("amq.rabbitmq.reply-to", false, (t, d) -> {}, t -> {})),
        mistake(
            406,
            MethodType.BASIC_CONSUME,
            "reply consumer already set",
            (c, n) -> {
              c.basicConsume("amq.rabbitmq.reply-to", true, (t, d) -> {}, t -> {});
              c.basicConsume("amq.rabbitmq.reply-to", true, (t, d) -> {}, t -> {});
            }),
        mistake(
            406,
            MethodType.BASIC_PUBLISH,
            "fast reply consumer does not exist",
            (c, n) ->
                publish(
                    c,
                    "",
                    new AMQP.BasicProperties.Builder().replyTo("amq.rabbitmq.reply-to").build())),
        mistake(
            404,
            MethodType.BASIC_GET,
            "no queue 'amq.rabbitmq.reply-to' in vhost '/'",
            (c, n) -> c.basicGet("amq.rabbitmq.reply-to", true)),
        mistake(
            406,
            MethodType.BASIC_PUBLISH,
            "header 'CC' must be an array of strings",
            (c, n) ->
                publish(
                    c,
                    "",
                    new AMQP.BasicProperties.Builder().headers(Map.of("CC", "one")).build())),
        mistake(
            406,
            MethodType.BASIC_PUBLISH,
            "'expiration' is not supported yet",
            (c, n) ->
                publish(c, "", new AMQP.BasicProperties.Builder().expiration("1000").build())),
        mistake(
            406,
            MethodType.QUEUE_DELETE,
            "in use",
            (c, n) -> {
              String queue = queue(c);
              c.basicConsume(queue, (t, d) -> {}, t -> {});
              c.queueDelete(queue, true, false);
            }),
        mistake(
            406,
            MethodType.QUEUE_DELETE,
            "not empty",
            (c, n) -> {
              String queue = queue(c);
              c.basicPublish("", queue, null, new byte[1]);
              c.queueDelete(queue, false, true);
            }),
        mistake(
            406,
            MethodType.EXCHANGE_DELETE,
            "in use",
            (c, n) -> {
              c.exchangeDeclare(n, "fanout", false, true, null);
              c.queueBind(queue(c), n, "");
              c.exchangeDelete(n, true);
            }));
  }

  static Stream<Arguments> onConnection() {
    return Stream.of(
        mistake(
            503,
            MethodType.EXCHANGE_DECLARE,
            "unknown exchange type 'magic'",
            (c, n) -> c.exchangeDeclare(n, "magic")),
        mistake(
            540, MethodType.BASIC_QOS, "prefetch_size!=0 (10)", (c, n) -> c.basicQos(10, 1, false)),
        mistake(540, MethodType.BASIC_RECOVER, "requeue=false", (c, n) -> c.basicRecover(false)),
        mistake(
            540,
            MethodType.CHANNEL_FLOW,
            "active=false",
            (c, n) -> c.rpc(new AMQP.Channel.Flow.Builder().active(false).build())));
  }

  private static Arguments mistake(int code, MethodType method, String text, Mistake mistake) {
    return Arguments.of(code, method, text, mistake);
  }

  private static String queue(Channel channel) throws IOException {
    return channel.queueDeclare().getQueue();
  }

  private static void publish(
      Channel channel,
      String exchange,
      AMQP.@org.jspecify.annotations.Nullable BasicProperties properties)
      throws IOException {
    channel.basicPublish(exchange, "k", properties, new byte[1]);
  }

  @ParameterizedTest(name = "{1} {0} {2}")
  @MethodSource("onChannel")
  void closes_the_channel(int code, MethodType method, String text, Mistake mistake)
      throws Exception {
    String name = "errors-" + System.nanoTime();
    try (Connection connection = broker.connect()) {
      Channel channel = connection.createChannel();
      CompletableFuture<ShutdownSignalException> closed = make(channel, name, mistake);
      AMQP.Channel.Close close = (AMQP.Channel.Close) reason(closed);
      assertThat(close.getReplyCode()).as(close.getReplyText()).isEqualTo(code);
      assertThat(close.getReplyText()).contains(text.replace("NAME", name));
      assertThat(close.getClassId()).isEqualTo(method.classId());
      assertThat(close.getMethodId()).isEqualTo(method.methodId());
      assertThat(connection.isOpen()).isTrue();
      assertThat(connection.createChannel().queueDeclare().getQueue()).isNotEmpty();
    }
  }

  @ParameterizedTest(name = "{1} {0} {2}")
  @MethodSource("onConnection")
  void closes_the_connection(int code, MethodType method, String text, Mistake mistake)
      throws Exception {
    String name = "errors-" + System.nanoTime();
    Connection connection = broker.connect();
    CompletableFuture<ShutdownSignalException> closed =
        make(connection.createChannel(), name, mistake);
    AMQP.Connection.Close close = (AMQP.Connection.Close) reason(closed);
    assertThat(close.getReplyCode()).as(close.getReplyText()).isEqualTo(code);
    assertThat(close.getReplyText()).contains(text.replace("NAME", name));
    assertThat(close.getClassId()).isEqualTo(method.classId());
    assertThat(close.getMethodId()).isEqualTo(method.methodId());
    assertThatThrownBy(connection::createChannel).isInstanceOf(AlreadyClosedException.class);
  }

  private static CompletableFuture<ShutdownSignalException> make(
      Channel channel, String name, Mistake mistake) throws Exception {
    CompletableFuture<ShutdownSignalException> closed = new CompletableFuture<>();
    channel.addShutdownListener(closed::complete);
    try {
      mistake.make(channel, name);
    } catch (IOException | ShutdownSignalException e) {
      // told through the listener as well
    }
    return closed;
  }

  private static Method reason(CompletableFuture<ShutdownSignalException> closed) throws Exception {
    return closed.get(10, TimeUnit.SECONDS).getReason();
  }
}
