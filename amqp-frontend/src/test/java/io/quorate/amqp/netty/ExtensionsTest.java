package io.quorate.amqp.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.GetResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** RabbitMQ's extensions of the protocol, with the ordinary client. */
@ExtendWith(SharedBroker.class)
class ExtensionsTest {

  private static final String REPLY_TO = "amq.rabbitmq.reply-to";

  private final Broker broker;
  private final String name = "extensions-" + System.nanoTime();
  private final BlockingQueue<Delivery> inbox = new LinkedBlockingQueue<>();
  private Connection connection;
  private Channel channel;

  ExtensionsTest(Broker broker) {
    this.broker = broker;
  }

  @BeforeEach
  void connect() throws Exception {
    connection = broker.connect();
    channel = connection.createChannel();
    channel.queueDeclare(name, true, false, false, null);
  }

  @AfterEach
  void close() throws Exception {
    connection.abort();
    try (Connection cleaner = broker.connect()) {
      cleaner.createChannel().queueDelete(name);
    }
  }

  // ---- direct reply-to

  @Test
  void a_direct_reply_comes_to_the_requester_and_to_nobody_else() throws Exception {
    Channel neighbour = connection.createChannel();
    BlockingQueue<Delivery> others = new LinkedBlockingQueue<>();
    neighbour.basicConsume(REPLY_TO, true, (t, d) -> others.add(d), t -> {});
    String tag = channel.basicConsume(REPLY_TO, true, (t, d) -> inbox.add(d), t -> {});
    for (int i = 0; i < 3; i++) {
      String answerTo = request("question " + i);
      assertThat(answerTo).startsWith(REPLY_TO + ".");
      try (Connection responder = broker.connect()) {
        Channel answering = responder.createChannel();
        AMQP.Queue.DeclareOk waiting = answering.queueDeclarePassive(answerTo);
        assertThat(waiting.getConsumerCount()).isEqualTo(1);
        assertThat(waiting.getMessageCount()).isZero();
        answering.basicPublish("", answerTo, null, bytes("answer " + i));
        Delivery answer = inbox.poll(10, TimeUnit.SECONDS);
        assertThat(answer).isNotNull();
        assertThat(answer.getBody()).isEqualTo(bytes("answer " + i));
        assertThat(answer.getEnvelope().getRoutingKey()).isEqualTo(answerTo);
      }
    }
    assertThat(others).isEmpty();
    channel.basicCancel(tag);
    channel.basicConsume(REPLY_TO, true, (t, d) -> inbox.add(d), t -> {});
  }

  @Test
  void a_reply_to_a_requester_that_is_gone_is_returned() throws Exception {
    Channel requester = connection.createChannel();
    requester.basicConsume(REPLY_TO, true, (t, d) -> inbox.add(d), t -> {});
    requester.basicPublish("", name, replyToProperties(), bytes("question"));
    GetResponse request = get();
    requester.close();
    BlockingQueue<Integer> returned = new LinkedBlockingQueue<>();
    channel.addReturnListener(message -> returned.add(message.getReplyCode()));
    String answerTo = request.getProps().getReplyTo();
    channel.basicPublish("", answerTo, true, null, bytes("too late"));
    assertThat(returned.poll(10, TimeUnit.SECONDS)).isEqualTo(312);
    assertThatThrownBy(() -> channel.queueDeclarePassive(answerTo))
        .rootCause()
        .hasMessageContaining("reply-code=404");
  }

  @Test
  void the_pseudo_queue_of_direct_replies_always_exists() throws Exception {
    assertThat(channel.queueDeclarePassive(REPLY_TO).getQueue()).isEqualTo(REPLY_TO);
    assertThat(channel.queueDeclare(REPLY_TO, false, false, false, null).getQueue())
        .isEqualTo(REPLY_TO);
  }

  private String request(String text) throws Exception {
    channel.basicPublish("", name, replyToProperties(), bytes(text));
    GetResponse request = get();
    assertThat(request.getBody()).isEqualTo(bytes(text));
    assertThat(request.getProps().getCorrelationId()).isEqualTo("c");
    return request.getProps().getReplyTo();
  }

  private static AMQP.BasicProperties replyToProperties() {
    return new AMQP.BasicProperties.Builder().replyTo(REPLY_TO).correlationId("c").build();
  }

  // ---- sender-selected distribution

  @Test
  void cc_and_bcc_are_further_routing_keys_and_bcc_is_hidden() throws Exception {
    String copy = channel.queueDeclare().getQueue();
    String blind = channel.queueDeclare().getQueue();
    AMQP.BasicProperties properties =
        new AMQP.BasicProperties.Builder()
            .headers(
                Map.of("CC", List.of(copy, name, 7), "BCC", List.of(blind, copy), "other", true))
            .build();
    channel.basicPublish("", name, true, properties, bytes("to all"));
    for (String queue : List.of(name, copy, blind)) {
      GetResponse got = channel.basicGet(queue, true);
      assertThat(got).as(queue).isNotNull();
      assertThat(got.getMessageCount()).as("each queue once").isZero();
      assertThat(got.getEnvelope().getRoutingKey()).isEqualTo(name);
      assertThat(got.getProps().getHeaders()).containsOnlyKeys("CC", "other");
    }
    channel.basicPublish("amq.direct", "nobody", properties, bytes("unroutable"));
    assertThat(channel.basicGet(name, true)).isNull();
  }

  // ---- delivery count

  @Test
  void replicated_queues_tell_how_often_a_message_came_back() throws Exception {
    AMQP.BasicProperties properties =
        new AMQP.BasicProperties.Builder().type("t").headers(Map.of("mine", 1)).build();
    channel.basicPublish("", name, properties, bytes("again"));
    GetResponse first = channel.basicGet(name, false);
    assertThat(first.getProps().getHeaders()).containsOnlyKeys("mine");
    channel.basicReject(first.getEnvelope().getDeliveryTag(), true);
    GetResponse second = channel.basicGet(name, false);
    assertThat(second.getProps().getHeaders())
        .containsEntry("x-delivery-count", 1L)
        .containsKey("mine");
    assertThat(second.getProps().getType()).isEqualTo("t");
    channel.basicNack(second.getEnvelope().getDeliveryTag(), false, true);
    channel.basicConsume(name, true, (t, d) -> inbox.add(d), t -> {});
    Delivery third = inbox.poll(10, TimeUnit.SECONDS);
    assertThat(third).isNotNull();
    assertThat(third.getProperties().getHeaders()).containsEntry("x-delivery-count", 2L);
    assertThat(third.getBody()).isEqualTo(bytes("again"));
  }

  @Test
  void queues_in_memory_do_not_count_returns() throws Exception {
    String queue = channel.queueDeclare().getQueue();
    channel.basicPublish("", queue, null, bytes("again"));
    channel.basicReject(channel.basicGet(queue, false).getEnvelope().getDeliveryTag(), true);
    GetResponse second = channel.basicGet(queue, false);
    assertThat(second.getEnvelope().isRedeliver()).isTrue();
    assertThat(second.getProps().getHeaders()).isNull();
  }

  private GetResponse get() throws Exception {
    GetResponse got = channel.basicGet(name, true);
    assertThat(got).isNotNull();
    return got;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
