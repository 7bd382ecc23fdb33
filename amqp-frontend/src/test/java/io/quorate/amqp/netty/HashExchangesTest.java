package io.quorate.amqp.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Exchanges that send a message to one of their queues, with the ordinary client. */
@ExtendWith(SharedBroker.class)
class HashExchangesTest {

  private static final int QUEUES = 4;
  private static final int MESSAGES = 800;

  private final Broker broker;
  private final String exchange = "hash-" + System.nanoTime();
  private final List<String> queues = new ArrayList<>();
  private Connection connection;
  private Channel channel;

  HashExchangesTest(Broker broker) {
    this.broker = broker;
  }

  @BeforeEach
  void connect() throws Exception {
    connection = broker.connect();
    channel = connection.createChannel();
    channel.confirmSelect();
    for (int i = 0; i < QUEUES; i++) {
      queues.add(channel.queueDeclare().getQueue());
    }
  }

  @AfterEach
  void close() throws Exception {
    channel.exchangeDelete(exchange);
    connection.close();
  }

  @Test
  void a_consistent_hash_exchange_spreads_by_weight() throws Exception {
    declare("x-consistent-hash", Map.of());
    bind("1", "1", "1", "5");
    for (int i = 0; i < MESSAGES; i++) {
      publish("key-" + i, new BasicProperties());
    }
    List<Long> counts = counts();
    assertThat(counts.stream().mapToLong(count -> count).sum()).isEqualTo(MESSAGES);
    assertThat(counts.subList(0, 3)).allSatisfy(n -> assertThat(n).isBetween(50L, 150L));
    assertThat(counts.get(3)).isBetween(425L, 575L);
  }

  @Test
  void a_modulus_hash_exchange_sends_a_key_to_one_queue() throws Exception {
    declare("x-modulus-hash", Map.of());
    bind("", "", "", "");
    for (int i = 0; i < MESSAGES; i++) {
      publish("key-" + i % 40, new BasicProperties());
    }
    List<Long> counts = counts();
    assertThat(counts.stream().mapToLong(count -> count).sum()).isEqualTo(MESSAGES);
    assertThat(counts).allSatisfy(n -> assertThat(n % (MESSAGES / 40)).isZero());
    assertThat(counts.stream().filter(n -> n > 0).count()).isGreaterThan(1);
  }

  @Test
  void a_random_exchange_uses_all_its_queues() throws Exception {
    declare("x-random", Map.of());
    bind("", "", "", "");
    BasicProperties twoKeys =
        new BasicProperties.Builder().headers(Map.of("CC", List.of("more"))).build();
    for (int i = 0; i < MESSAGES; i++) {
      publish("same", twoKeys);
    }
    List<Long> counts = counts();
    assertThat(counts.stream().mapToLong(count -> count).sum()).isEqualTo(MESSAGES);
    assertThat(counts).allSatisfy(n -> assertThat(n).isBetween(120L, 280L));
  }

  @Test
  void a_header_or_a_property_may_be_hashed() throws Exception {
    for (Map<String, Object> arguments :
        List.<Map<String, Object>>of(
            Map.of("hash-header", "customer"),
            Map.of("hash-property", "message_id"),
            Map.of("hash-property", "correlation_id"),
            Map.of("hash-property", "timestamp"))) {
      declare("x-consistent-hash", arguments);
      bind("1", "1", "1", "1");
      for (int i = 0; i < MESSAGES; i++) {
        int customer = i % 40;
        publish(
            "key-" + i,
            new BasicProperties.Builder()
                .headers(Map.of("customer", "c" + customer))
                .messageId("m" + customer)
                .correlationId("m" + customer)
                .timestamp(new Date(1000L * customer))
                .build());
      }
      List<Long> counts = counts();
      assertThat(counts).allSatisfy(n -> assertThat(n % (MESSAGES / 40)).isZero());
      assertThat(counts.stream().filter(n -> n > 0).count()).as("%s", arguments).isGreaterThan(1);
      for (String queue : queues) {
        channel.queuePurge(queue);
      }
      channel.exchangeDelete(exchange);
    }
  }

  private void declare(String type, Map<String, Object> arguments) throws Exception {
    channel.exchangeDeclare(exchange, type, false, false, arguments);
  }

  private void bind(String... keys) throws Exception {
    for (int i = 0; i < QUEUES; i++) {
      channel.queueBind(queues.get(i), exchange, keys[i]);
    }
  }

  private void publish(String key, BasicProperties properties) throws Exception {
    channel.basicPublish(exchange, key, properties, new byte[1]);
  }

  private List<Long> counts() throws Exception {
    channel.waitForConfirmsOrDie(10_000);
    List<Long> counts = new ArrayList<>();
    for (String queue : queues) {
      counts.add(channel.messageCount(queue));
    }
    return counts;
  }
}
