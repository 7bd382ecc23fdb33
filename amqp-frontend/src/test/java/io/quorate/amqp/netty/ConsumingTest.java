package io.quorate.amqp.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.GetResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Consuming, settling and fetching, with the ordinary client. */
@ExtendWith(SharedBroker.class)
class ConsumingTest {

  private final Broker broker;
  private final String queue = "consuming-" + System.nanoTime();
  private final BlockingQueue<Delivery> inbox = new LinkedBlockingQueue<>();
  private Connection connection;
  private Channel channel;

  ConsumingTest(Broker broker) {
    this.broker = broker;
  }

  @BeforeEach
  void connect() throws Exception {
    connection = broker.connect();
    channel = connection.createChannel();
    channel.queueDeclare(queue, true, false, false, null);
  }

  @AfterEach
  void close() throws Exception {
    connection.abort();
    try (Connection cleaner = broker.connect()) {
      cleaner.createChannel().queueDelete(queue);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 300})
  void everything_arrives_once_in_order_whatever_the_prefetch(int prefetch) throws Exception {
    int messages = 3_000;
    channel.basicQos(prefetch);
    channel.basicConsume(
        queue,
        (tag, delivery) -> {
          channel.basicAck(delivery.getEnvelope().getDeliveryTag(), false);
          inbox.add(delivery);
        },
        tag -> {});
    publish(messages);
    for (int i = 0; i < messages; i++) {
      Delivery delivery = next();
      assertThat(text(delivery)).isEqualTo(String.valueOf(i));
      assertThat(delivery.getEnvelope().getDeliveryTag()).isEqualTo(i + 1);
      assertThat(delivery.getEnvelope().isRedeliver()).isFalse();
    }
    assertEmptyAfterClose();
  }

  @Test
  void no_ack_deliveries_are_gone_when_sent() throws Exception {
    publish(2_000);
    consume(true);
    for (int i = 0; i < 2_000; i++) {
      assertThat(text(next())).isEqualTo(String.valueOf(i));
    }
    assertEmptyAfterClose();
  }

  @Test
  void prefetch_is_never_exceeded() throws Exception {
    publish(20);
    channel.basicQos(3);
    consume(false);
    List<Long> tags = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      tags.add(next().getEnvelope().getDeliveryTag());
    }
    assertNothingComes();
    channel.basicAck(tags.get(1), true);
    next();
    next();
    assertNothingComes();
    channel.basicNack(tags.get(2), false, false);
    assertThat(text(next())).isEqualTo("5");
    assertNothingComes();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void what_a_consumer_waits_for_is_not_given_to_a_later_get(boolean noAck) throws Exception {
    consume(noAck);
    for (int i = 0; i < 200; i++) {
      publishHere(1);
      assertThat(channel.basicGet(queue, true)).as("message %d", i).isNull();
      next();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_cancel_leaves_a_consumer_what_was_published_before(boolean noAck) throws Exception {
    for (int i = 0; i < 50; i++) {
      String tag = consume(noAck);
      publishHere(10);
      channel.basicCancel(tag);
      for (int j = 0; j < 10; j++) {
        assertThat(text(next())).isEqualTo(String.valueOf(j));
      }
      assertThat(channel.basicGet(queue, true)).isNull();
    }
  }

  @Test
  void what_an_ack_makes_room_for_comes_before_a_cancel() throws Exception {
    for (int i = 0; i < 30; i++) {
      channel.basicQos(3);
      String tag = consume(false);
      publishHere(10);
      channel.basicAck(next().getEnvelope().getDeliveryTag(), false);
      channel.basicAck(next().getEnvelope().getDeliveryTag(), false);
      channel.basicCancel(tag);
      for (int j = 2; j < 5; j++) {
        Delivery delivery = next();
        assertThat(text(delivery)).isEqualTo(String.valueOf(j));
        channel.basicAck(delivery.getEnvelope().getDeliveryTag(), false);
      }
      assertThat(inbox).isEmpty();
      assertThat(channel.queuePurge(queue).getMessageCount()).isEqualTo(5);
    }
  }

  @Test
  void a_purge_takes_nothing_that_a_consumer_waits_for() throws Exception {
    consume(false);
    for (int i = 0; i < 50; i++) {
      publishHere(3);
      assertThat(channel.queuePurge(queue).getMessageCount()).isZero();
      for (int j = 0; j < 3; j++) {
        assertThat(text(next())).isEqualTo(String.valueOf(j));
      }
    }
  }

  @Test
  void a_consumer_without_prefetch_holds_no_more_than_is_set() throws Exception {
    try (Broker narrow = new Broker(config -> config.withUnlimitedPrefetch(50));
        Connection client = narrow.connect()) {
      Channel unlimited = client.createChannel();
      unlimited.queueDeclare(queue, true, false, false, null);
      for (int i = 0; i < 200; i++) {
        unlimited.basicPublish("", queue, null, String.valueOf(i).getBytes(UTF_8));
      }
      unlimited.basicConsume(queue, false, (tag, delivery) -> inbox.add(delivery), tag -> {});
      long last = 0;
      for (int i = 0; i < 50; i++) {
        last = next().getEnvelope().getDeliveryTag();
      }
      assertNothingComes();
      unlimited.basicAck(last, true);
      for (int i = 50; i < 100; i++) {
        assertThat(text(next())).isEqualTo(String.valueOf(i));
      }
      assertNothingComes();
    }
  }

  @Test
  void a_global_prefetch_is_shared_by_the_consumers_of_a_channel() throws Exception {
    publish(20);
    channel.basicQos(3, true);
    consume(false);
    consume(false);
    TreeSet<Long> held = new TreeSet<>();
    for (int i = 0; i < 3; i++) {
      held.add(next().getEnvelope().getDeliveryTag());
    }
    assertNothingComes();
    for (int i = 3; i < 20; i++) {
      long last = held.last();
      boolean multiple = i % 2 == 0;
      channel.basicAck(last, multiple);
      if (multiple) {
        held.clear();
      } else {
        held.remove(last);
      }
      held.add(next().getEnvelope().getDeliveryTag());
      assertThat(held.size() + inbox.size()).as("out after message %d", i).isBetween(1, 3);
    }
  }

  @Test
  void rejected_messages_come_back_in_place_and_flagged() throws Exception {
    publish(3);
    GetResponse first = channel.basicGet(queue, false);
    assertThat(first.getMessageCount()).isEqualTo(2);
    channel.basicReject(first.getEnvelope().getDeliveryTag(), true);
    GetResponse again = channel.basicGet(queue, false);
    assertThat(new String(again.getBody(), StandardCharsets.UTF_8)).isEqualTo("0");
    assertThat(again.getEnvelope().isRedeliver()).isTrue();
    channel.basicReject(again.getEnvelope().getDeliveryTag(), false);
    GetResponse next = channel.basicGet(queue, true);
    assertThat(new String(next.getBody(), StandardCharsets.UTF_8)).isEqualTo("1");
    assertThat(next.getEnvelope().isRedeliver()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"recover", "nack", "channel", "connection"})
  void what_is_not_acked_comes_back(String how) throws Exception {
    publish(10);
    Connection other = broker.connect();
    Channel holder = other.createChannel();
    long last = 0;
    for (int i = 0; i < 5; i++) {
      last = holder.basicGet(queue, false).getEnvelope().getDeliveryTag();
    }
    holder.basicAck(1, false);
    assertThat(channel.messageCount(queue)).isEqualTo(5);
    switch (how) {
      case "recover" -> holder.basicRecover(true);
      case "nack" -> holder.basicNack(last, true, true);
      case "channel" -> holder.close();
      case "connection" -> other.close();
      default -> throw new IllegalArgumentException(how);
    }
    consume(true);
    List<String> seen = new ArrayList<>();
    List<String> flagged = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      Delivery delivery = next();
      seen.add(text(delivery));
      if (delivery.getEnvelope().isRedeliver()) {
        flagged.add(text(delivery));
      }
    }
    assertThat(flagged).containsExactlyInAnyOrder("1", "2", "3", "4");
    assertThat(seen)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(1, 10).mapToObj(String::valueOf).toList());
    other.abort();
  }

  @Test
  void an_ack_is_certain_when_a_later_synchronous_method_is_answered() throws Exception {
    publish(100);
    for (int i = 0; i < 100; i++) {
      channel.basicAck(channel.basicGet(queue, false).getEnvelope().getDeliveryTag(), false);
    }
    channel.basicQos(1);
    connection.abort(0);
    try (Connection other = broker.connect()) {
      assertThat(other.createChannel().basicGet(queue, false)).isNull();
    }
  }

  @Test
  void a_cancelled_consumer_gets_nothing_more_and_keeps_what_it_has() throws Exception {
    publish(2);
    channel.basicQos(1);
    String tag = consume(false);
    Delivery held = next();
    channel.basicCancel(tag);
    channel.basicAck(held.getEnvelope().getDeliveryTag(), false);
    assertNothingComes();
    assertThat(channel.messageCount(queue)).isEqualTo(1);
    assertThat(channel.consumerCount(queue)).isZero();
  }

  @Test
  void consumers_are_told_when_their_queue_is_deleted() throws Exception {
    CompletableFuture<String> cancelled = new CompletableFuture<>();
    String tag = channel.basicConsume(queue, (t, d) -> {}, cancelled::complete);
    connection.createChannel().queueDelete(queue);
    assertThat(cancelled.get(10, TimeUnit.SECONDS)).isEqualTo(tag);
    assertThat(channel.isOpen()).isTrue();
  }

  @Test
  void a_client_that_does_not_know_cancel_notifications_gets_none() throws Exception {
    try (RawClient client = RawClient.open(broker.port()).openChannel(1)) {
      client.send(
          1,
          new io.quorate.amqp.protocol.method.BasicConsume(
              queue, "t", false, true, false, false, Map.of()));
      client.expect(1, io.quorate.amqp.protocol.method.BasicConsumeOk.class);
      channel.queueDelete(queue);
      client.send(1, new io.quorate.amqp.protocol.method.BasicQos(0, 1, false));
      client.expect(1, io.quorate.amqp.protocol.method.BasicQosOk.class);
      // the consumer has ended all the same: its tag is free
      channel.queueDeclare(queue, true, false, false, null);
      client.send(
          1,
          new io.quorate.amqp.protocol.method.BasicConsume(
              queue, "t", false, true, false, false, Map.of()));
      client.expect(1, io.quorate.amqp.protocol.method.BasicConsumeOk.class);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void recover_delivers_what_is_unacked_again_with_new_tags(boolean synchronous) throws Exception {
    publish(3);
    consume(false);
    for (int i = 1; i <= 3; i++) {
      assertThat(next().getEnvelope().getDeliveryTag()).isEqualTo(i);
    }
    channel.basicAck(2, false);
    if (synchronous) {
      channel.basicRecover(true);
    } else {
      ((com.rabbitmq.client.impl.ChannelN) channel)
          .transmit(
              (com.rabbitmq.client.impl.Method)
                  new com.rabbitmq.client.AMQP.Basic.RecoverAsync.Builder().requeue(true).build());
    }
    List<String> again = new ArrayList<>();
    for (int i = 4; i <= 5; i++) {
      Delivery delivery = next();
      assertThat(delivery.getEnvelope().isRedeliver()).isTrue();
      assertThat(delivery.getEnvelope().getDeliveryTag()).isEqualTo(i);
      again.add(text(delivery));
    }
    assertThat(again).containsExactlyInAnyOrder("0", "2");
    channel.basicAck(5, true);
    assertEmptyAfterClose();
  }

  @Test
  void an_exclusive_consumer_keeps_others_out() throws Exception {
    channel.basicConsume(queue, true, "only", false, true, null, (t, d) -> {}, t -> {});
    Channel second = connection.createChannel();
    assertThatThrownBy(() -> second.basicConsume(queue, (t, d) -> {}, t -> {}))
        .isInstanceOf(IOException.class)
        .hasRootCauseMessage(
            "channel error; protocol method: #method<channel.close>(reply-code=403, reply-text="
                + "ACCESS_REFUSED - queue '"
                + queue
                + "' in vhost '/' in exclusive use,"
                + " class-id=60, method-id=20)");
    channel.basicCancel("only");
    connection.createChannel().basicConsume(queue, (t, d) -> {}, t -> {});
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 10, 1L << 32, Long.MAX_VALUE})
  void consumers_of_higher_priority_are_served_first(long priority) throws Exception {
    consume(true);
    BlockingQueue<Delivery> favoured = new LinkedBlockingQueue<>();
    connection
        .createChannel()
        .basicConsume(
            queue, true, Map.of("x-priority", priority), (t, d) -> favoured.add(d), t -> {});
    publish(10);
    for (int i = 0; i < 10; i++) {
      Delivery delivery = favoured.poll(10, TimeUnit.SECONDS);
      assertThat(delivery).isNotNull();
    }
    assertThat(inbox).isEmpty();
  }

  @Test
  void what_consumers_of_higher_priority_have_no_room_for_goes_to_others() throws Exception {
    consume(true);
    Channel other = connection.createChannel();
    other.basicQos(1);
    BlockingQueue<Delivery> favoured = new LinkedBlockingQueue<>();
    other.basicConsume(queue, false, Map.of("x-priority", 10), (t, d) -> favoured.add(d), t -> {});
    publish(3);
    assertThat(text(next())).isEqualTo("1");
    assertThat(text(next())).isEqualTo("2");
    Delivery first = favoured.poll(10, TimeUnit.SECONDS);
    assertThat(first).isNotNull();
    assertThat(text(first)).isEqualTo("0");
    assertThat(favoured).isEmpty();
    assertThat(inbox).isEmpty();
    other.basicAck(first.getEnvelope().getDeliveryTag(), false);
    other.basicQos(1); // its room is known when this is answered
    publish(1);
    assertThat(favoured.poll(10, TimeUnit.SECONDS)).as("it has room again").isNotNull();
    assertThat(inbox).isEmpty();
  }

  /** The second is about the first messages of a consumer, whose size nobody knows. */
  @ParameterizedTest
  @CsvSource({"500, 100000, 300", "60, 1000000, 30"})
  void a_consumer_that_does_not_read_is_not_sent_without_end(int messages, int bytes, long most)
      throws Exception {
    byte[] body = new byte[bytes];
    for (int i = 0; i < messages; i++) {
      channel.basicPublish("", queue, null, body);
    }
    try (RawClient client = RawClient.open(broker.port()).openChannel(1)) {
      client.send(
          1,
          new io.quorate.amqp.protocol.method.BasicConsume(
              queue, "slow", false, false, false, true, Map.of()));
      long held = 0;
      long before = -1;
      // until the broker has stopped sending
      while (held != before) {
        before = held;
        Thread.sleep(500);
        held = messages - channel.messageCount(queue);
      }
      assertThat(held).isBetween(1L, most);
      for (int frames = 0; frames < messages; ) {
        RawClient.Frame frame = client.next();
        assertThat(frame).isNotNull();
        if (frame.type() == io.quorate.amqp.protocol.ProtocolConstants.FRAME_HEADER) {
          frames++;
        }
      }
    }
    assertThat(channel.messageCount(queue)).isLessThanOrEqualTo(messages);
  }

  private String consume(boolean autoAck) throws IOException {
    return channel.basicConsume(queue, autoAck, (tag, delivery) -> inbox.add(delivery), tag -> {});
  }

  /** On the channel of the consumer, and without waiting for anything. */
  private void publishHere(int messages) throws IOException {
    for (int i = 0; i < messages; i++) {
      channel.basicPublish("", queue, null, String.valueOf(i).getBytes(StandardCharsets.UTF_8));
    }
  }

  private void publish(int messages) throws Exception {
    Channel publisher = connection.createChannel();
    publisher.confirmSelect();
    for (int i = 0; i < messages; i++) {
      publisher.basicPublish("", queue, null, String.valueOf(i).getBytes(StandardCharsets.UTF_8));
    }
    publisher.waitForConfirmsOrDie(30_000);
    publisher.close();
  }

  private Delivery next() throws InterruptedException {
    Delivery delivery = inbox.poll(20, TimeUnit.SECONDS);
    assertThat(delivery).as("a delivery within 20 s").isNotNull();
    return delivery;
  }

  /** Absence can only be waited for. */
  private void assertNothingComes() throws InterruptedException {
    assertThat(inbox.poll(300, TimeUnit.MILLISECONDS)).isNull();
  }

  private void assertEmptyAfterClose() throws Exception {
    channel.close();
    Channel fresh = connection.createChannel();
    assertThat(fresh.basicGet(queue, true)).isNull();
  }

  private static String text(Delivery delivery) {
    return new String(delivery.getBody(), StandardCharsets.UTF_8);
  }
}
