package io.quorate.amqp.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import io.quorate.amqp.FrontendConfig;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Publishing, routing, returns and confirms, with the ordinary client. */
@ExtendWith(SharedBroker.class)
class PublishingTest {

  private final Broker broker;
  private final String queue = "publishing-" + System.nanoTime();
  private Connection connection;
  private Channel channel;

  PublishingTest(Broker broker) {
    this.broker = broker;
  }

  @BeforeEach
  void connect() throws Exception {
    connection = broker.connect();
    channel = connection.createChannel();
    channel.queueDeclare(queue, true, false, false, Map.of("x-queue-type", "quorum"));
  }

  @AfterEach
  void close() throws Exception {
    if (channel.isOpen()) {
      channel.queueDelete(queue);
    }
    connection.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4_088, 131_064, 131_065, 600_000, 1_048_576})
  void a_message_comes_back_as_it_was(int size) throws Exception {
    byte[] body = new byte[size];
    new Random(size).nextBytes(body);
    AMQP.BasicProperties properties =
        new AMQP.BasicProperties.Builder()
            .contentType("text/plain")
            .deliveryMode(1 + size % 2)
            .priority(size % 10)
            .headers(Map.of("n", 7, "nested", Map.of("list", List.of(1L, "two"))))
            .correlationId("c")
            .replyTo("r")
            .messageId("m")
            .timestamp(new Date(1_700_000_000_000L))
            .userId("guest")
            .appId("a")
            .build();
    channel.confirmSelect();
    channel.basicPublish("", queue, properties, body);
    channel.waitForConfirmsOrDie(10_000);
    GetResponse got = channel.basicGet(queue, true);
    assertThat(got.getBody()).isEqualTo(body);
    assertThat(got.getEnvelope().getExchange()).isEmpty();
    assertThat(got.getEnvelope().getRoutingKey()).isEqualTo(queue);
    assertThat(got.getEnvelope().isRedeliver()).isFalse();
    assertThat(got.getMessageCount()).isZero();
    assertThat(got.getProps().getContentType()).isEqualTo("text/plain");
    assertThat(got.getProps().getTimestamp()).isEqualTo(properties.getTimestamp());
    assertThat(got.getProps().getHeaders().get("n")).isEqualTo(7);
    assertThat(got.getProps().getUserId()).isEqualTo("guest");
    assertThat(got.getProps().getDeliveryMode()).isEqualTo(1 + size % 2);
    assertThat(got.getProps().getPriority()).isEqualTo(size % 10);
    assertThat(got.getProps().getCorrelationId()).isEqualTo("c");
    assertThat(got.getProps().getReplyTo()).isEqualTo("r");
    assertThat(got.getProps().getMessageId()).isEqualTo("m");
    assertThat(got.getProps().getAppId()).isEqualTo("a");
  }

  @Test
  void every_message_is_confirmed_once() throws Exception {
    int messages = 5_000;
    channel.confirmSelect();
    CountDownLatch confirmed = new CountDownLatch(messages);
    List<Long> seen = Collections.synchronizedList(new ArrayList<>());
    channel.addConfirmListener(
        (tag, multiple) -> {
          synchronized (seen) {
            if (multiple) {
              for (long s = 1; s <= tag; s++) {
                if (!seen.contains(s)) {
                  seen.add(s);
                  confirmed.countDown();
                }
              }
            } else {
              seen.add(tag);
              confirmed.countDown();
            }
          }
        },
        (tag, multiple) -> {
          throw new AssertionError("nack " + tag);
        });
    for (int i = 0; i < messages; i++) {
      channel.basicPublish("", i % 10 == 0 ? "nobody" : queue, null, new byte[100]);
    }
    assertThat(confirmed.await(60, TimeUnit.SECONDS)).isTrue();
    assertThat(seen).hasSize(messages).doesNotHaveDuplicates();
    assertThat(channel.messageCount(queue)).isEqualTo(messages * 9L / 10);
  }

  @Test
  void a_mandatory_message_without_a_queue_is_returned_before_its_confirm() throws Exception {
    List<String> events = Collections.synchronizedList(new ArrayList<>());
    channel.addReturnListener(
        returned ->
            events.add(
                "return %d %s %s %s"
                    .formatted(
                        returned.getReplyCode(),
                        returned.getReplyText(),
                        returned.getRoutingKey(),
                        new String(returned.getBody(), StandardCharsets.UTF_8))));
    channel.addConfirmListener(
        (tag, multiple) -> events.add("ack " + tag), (tag, multiple) -> events.add("nack " + tag));
    channel.confirmSelect();
    channel.basicPublish("", "nobody", true, null, "hello".getBytes(StandardCharsets.UTF_8));
    channel.waitForConfirmsOrDie(10_000);
    assertThat(events).containsExactly("return 312 NO_ROUTE nobody hello", "ack 1");
  }

  @Test
  void topic_fanout_headers_and_exchange_bindings_route() throws Exception {
    String topic = declare(BuiltinExchangeType.TOPIC);
    String fanout = declare(BuiltinExchangeType.FANOUT);
    String headers = declare(BuiltinExchangeType.HEADERS);
    channel.queueBind(queue, topic, "a.*.#");
    channel.exchangeBind(topic, fanout, "");
    channel.queueBind(queue, headers, "", Map.of("x-match", "all", "color", "red"));
    channel.basicPublish(topic, "a.b.c.d", null, "1".getBytes(StandardCharsets.UTF_8));
    channel.basicPublish(topic, "b", null, "no".getBytes(StandardCharsets.UTF_8));
    channel.basicPublish(fanout, "a.x", null, "2".getBytes(StandardCharsets.UTF_8));
    channel.basicPublish(
        headers,
        "",
        new AMQP.BasicProperties.Builder().headers(Map.of("color", "red")).build(),
        "3".getBytes(StandardCharsets.UTF_8));
    channel.basicPublish(headers, "", null, "no".getBytes(StandardCharsets.UTF_8));
    assertThat(drain()).containsExactly("1", "2", "3");
    channel.exchangeUnbind(topic, fanout, "");
    channel.queueUnbind(queue, topic, "a.*.#");
    channel.basicPublish(topic, "a.b", null, "no".getBytes(StandardCharsets.UTF_8));
    channel.basicPublish(fanout, "a.b", null, "no".getBytes(StandardCharsets.UTF_8));
    assertThat(drain()).isEmpty();
    for (String exchange : List.of(topic, fanout, headers)) {
      channel.exchangeDelete(exchange);
    }
  }

  @Test
  void what_an_exchange_cannot_route_goes_to_its_alternate() throws Exception {
    String first = queue + "-first";
    String second = queue + "-second";
    channel.exchangeDeclare(first, "direct", false, false, Map.of("alternate-exchange", second));
    channel.exchangeDeclare(second, "topic", false, false, Map.of("alternate-exchange", first));
    channel.queueBind(queue, first, "k");
    channel.queueBind(queue, second, "a.#");
    List<String> returned = Collections.synchronizedList(new ArrayList<>());
    channel.addReturnListener(message -> returned.add(message.getRoutingKey()));
    channel.confirmSelect();
    for (String key : List.of("k", "a.b", "in a circle, to nobody")) {
      channel.basicPublish(first, key, true, null, key.getBytes(StandardCharsets.UTF_8));
    }
    channel.waitForConfirmsOrDie(10_000);
    assertThat(drain()).containsExactly("k", "a.b");
    assertThat(returned).containsExactly("in a circle, to nobody");
    channel.exchangeDelete(second);
    channel.basicPublish(first, "a.b", true, null, new byte[1]);
    channel.waitForConfirmsOrDie(10_000);
    assertThat(returned).as("an alternate that is gone takes nothing").hasSize(2);
    channel.exchangeDelete(first);
  }

  @Test
  void a_message_bound_twice_arrives_once() throws Exception {
    String topic = declare(BuiltinExchangeType.TOPIC);
    channel.queueBind(queue, topic, "a.#");
    channel.queueBind(queue, topic, "#.b");
    channel.basicPublish(topic, "a.b", null, "once".getBytes(StandardCharsets.UTF_8));
    assertThat(drain()).containsExactly("once");
    channel.exchangeDelete(topic);
  }

  @Test
  void messages_published_while_a_declare_is_under_way_keep_their_place() throws Exception {
    channel.confirmSelect();
    for (int i = 0; i < 50; i++) {
      String other = queue + "-" + i;
      channel.asyncRpc(new AMQP.Queue.Declare.Builder().queue(other).exclusive().build());
      channel.basicPublish("", other, true, null, "x".getBytes(StandardCharsets.UTF_8));
      channel.waitForConfirmsOrDie(10_000);
      assertThat(channel.messageCount(other)).isEqualTo(1);
    }
  }

  private String declare(BuiltinExchangeType type) throws Exception {
    String name = queue + "-" + type.getType();
    channel.exchangeDeclare(name, type);
    return name;
  }

  private List<String> drain() throws Exception {
    List<String> bodies = new ArrayList<>();
    for (GetResponse got = channel.basicGet(queue, true);
        got != null;
        got = channel.basicGet(queue, true)) {
      bodies.add(new String(got.getBody(), StandardCharsets.UTF_8));
    }
    return bodies;
  }

  @Test
  void the_largest_message_with_the_largest_properties_fits_into_a_log() throws Exception {
    byte[] body = new byte[FrontendConfig.MAX_MESSAGE_BYTES];
    new Random(16).nextBytes(body);
    Map<String, Object> headers =
        Map.of("note", "n".repeat(FrontendConfig.MAX_FRAME_MAX_BYTES - 100));
    try (Broker large =
            new Broker(
                config ->
                    config
                        .withMaxMessageBytes(FrontendConfig.MAX_MESSAGE_BYTES)
                        .withFrameMaxBytes(FrontendConfig.MAX_FRAME_MAX_BYTES));
        Connection client = large.connect()) {
      Channel its = client.createChannel();
      its.confirmSelect();
      its.queueDeclare(queue, true, false, false, null);
      its.basicPublish(
          "", queue, new AMQP.BasicProperties.Builder().headers(headers).build(), body);
      its.waitForConfirmsOrDie(20_000);
      GetResponse got = its.basicGet(queue, true);
      assertThat(got.getBody()).isEqualTo(body);
      assertThat(got.getProps().getHeaders().get("note")).hasToString((String) headers.get("note"));
    }
  }
}
