package io.quorate.amqp.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import io.quorate.amqp.protocol.method.ConnectionClose;
import io.quorate.amqp.protocol.method.QueueDeclare;
import io.quorate.raftqueue.api.QueueDefinition;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The life of queues and exchanges. */
@ExtendWith(SharedBroker.class)
class QueuesTest {

  interface Use {
    void of(Channel channel, String queue) throws IOException;
  }

  private final Broker broker;
  private final String name = "queues-" + System.nanoTime();
  private Connection connection;
  private Channel channel;

  QueuesTest(Broker broker) {
    this.broker = broker;
  }

  @BeforeEach
  void connect() throws Exception {
    connection = broker.connect();
    channel = connection.createChannel();
  }

  @AfterEach
  void close() {
    connection.abort();
  }

  @Test
  void a_queue_without_a_name_gets_one_and_is_meant_by_an_empty_name() throws Exception {
    String queue = channel.queueDeclare().getQueue();
    assertThat(queue).matches("amq\\.gen-[A-Za-z0-9_-]{22}");
    channel.basicPublish("", queue, null, new byte[1]);
    assertThat(channel.basicGet("", true)).isNotNull();
    channel.exchangeDeclare(name, "direct", false, true, null);
    channel.queueBind("", name, "");
    channel.basicPublish(name, queue, null, new byte[1]);
    assertThat(channel.basicGet(queue, true)).as("bound by its own name").isNotNull();
  }

  @Test
  void declaring_again_tells_what_is_there() throws Exception {
    channel.queueDeclare(name, true, false, true, null);
    channel.confirmSelect();
    for (int i = 0; i < 3; i++) {
      channel.basicPublish("", name, null, new byte[1]);
    }
    channel.waitForConfirmsOrDie(10_000);
    channel.basicQos(1);
    channel.basicConsume(name, (t, d) -> {}, t -> {});
    AMQP.Queue.DeclareOk ok = channel.queueDeclare(name, true, false, true, null);
    assertThat(ok.getConsumerCount()).isEqualTo(1);
    assertThat(ok.getMessageCount()).isBetween(2, 3);
    assertThat(channel.queueDeclarePassive(name).getConsumerCount()).isEqualTo(1);
  }

  @Test
  void purge_and_delete_tell_how_much() throws Exception {
    channel.queueDeclare(name, true, false, false, null);
    for (int i = 0; i < 5; i++) {
      channel.basicPublish("", name, null, new byte[1]);
    }
    assertThat(channel.queuePurge(name).getMessageCount()).isEqualTo(5);
    assertThat(channel.basicGet(name, true)).isNull();
    channel.basicPublish("", name, null, new byte[1]);
    assertThat(channel.queueDelete(name).getMessageCount()).isEqualTo(1);
    assertThat(channel.queueDelete(name).getMessageCount()).as("deleting twice").isZero();
  }

  @Test
  void an_auto_delete_queue_goes_with_its_last_consumer() throws Exception {
    channel.queueDeclare(name, false, false, true, null);
    String first = channel.basicConsume(name, (t, d) -> {}, t -> {});
    String second = channel.basicConsume(name, (t, d) -> {}, t -> {});
    channel.basicCancel(first);
    channel.queueDeclarePassive(name);
    channel.basicCancel(second);
    assertThatThrownBy(() -> channel.queueDeclarePassive(name))
        .hasRootCauseMessage(
            "channel error; protocol method: #method<channel.close>(reply-code=404, reply-text="
                + "NOT_FOUND - no queue '"
                + name
                + "' in vhost '/', class-id=50, method-id=10)");
  }

  @Test
  void an_auto_delete_queue_goes_with_the_connection_of_its_consumer() throws Exception {
    channel.queueDeclare(name, true, false, true, null);
    channel.basicConsume(name, (t, d) -> {}, t -> {});
    connection.close();
    try (Connection other = broker.connect()) {
      assertThatThrownBy(() -> other.createChannel().queueDeclarePassive(name))
          .isInstanceOf(IOException.class);
    }
  }

  static Stream<Use> uses() {
    return Stream.of(
        (c, q) -> c.queueDeclare(q, false, true, false, null),
        (c, q) -> c.queueDeclare(q, false, false, false, null),
        (c, q) -> c.queueDeclarePassive(q),
        (c, q) -> c.basicGet(q, true),
        (c, q) -> c.basicConsume(q, (t, d) -> {}, t -> {}),
        (c, q) -> c.queueBind(q, "amq.topic", "k"),
        (c, q) -> c.queueUnbind(q, "amq.topic", "k"),
        (c, q) -> c.queuePurge(q),
        (c, q) -> c.queueDelete(q));
  }

  @ParameterizedTest
  @MethodSource("uses")
  void an_exclusive_queue_is_locked_for_others_and_goes_with_its_connection(Use use)
      throws Exception {
    channel.queueDeclare(name, false, true, false, null);
    try (Connection other = broker.connect()) {
      assertThatThrownBy(() -> use.of(other.createChannel(), name))
          .isInstanceOf(IOException.class)
          .rootCause()
          .hasMessageContaining("reply-code=405")
          .hasMessageContaining("cannot obtain exclusive access to locked queue '" + name + "'");
      assertThat(channel.queueDeclarePassive(name)).isNotNull();
      connection.close();
      assertThatThrownBy(() -> other.createChannel().queueDeclarePassive(name))
          .rootCause()
          .hasMessageContaining("reply-code=404");
    }
  }

  @Test
  void an_exclusive_queue_does_not_stay_if_its_connection_ends_during_its_declaration()
      throws Exception {
    int queues = 100;
    for (int i = 0; i < queues; i++) {
      try (RawClient client = RawClient.open(broker.port()).openChannel(1)) {
        client.send(1, new QueueDeclare(name + i, false, false, true, false, false, Map.of()));
        client.sendBody(1, "an error that closes the connection");
        RawClient.Frame last = client.next();
        while (last != null && !(last.method() instanceof ConnectionClose)) {
          last = client.next();
        }
      }
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (broker.queues().definitions().queues().stream()
        .anyMatch(queue -> queue.name().startsWith(name))) {
      assertThat(System.nanoTime()).as("queues that nobody owns stay").isLessThan(deadline);
      Thread.sleep(20);
    }
  }

  @Test
  void methods_without_answers_take_effect() throws Exception {
    channel.exchangeDeclareNoWait(name, "fanout", false, true, false, null);
    channel.queueDeclareNoWait(name, true, false, false, null);
    channel.queueBindNoWait(name, name, "", null);
    channel.basicPublish(name, "", null, new byte[1]);
    assertThat(channel.basicGet(name, true)).isNotNull();
    channel.queueDeleteNoWait(name, false, false);
    assertThatThrownBy(() -> channel.queueDeclarePassive(name))
        .rootCause()
        .hasMessageContaining("reply-code=404");
  }

  @Test
  void unbinding_what_is_not_there_is_no_error() throws Exception {
    channel.queueDeclare(name, false, true, false, null);
    channel.queueBind(name, "amq.topic", name);
    channel.queueUnbind(name, "amq.topic", "never");
    channel.queueUnbind("no-such-" + name, "amq.topic", "never");
    channel.exchangeUnbind("amq.topic", "amq.fanout", "never");
    channel.exchangeDelete("no-such-" + name);
    channel.basicPublish("amq.topic", name, null, new byte[1]);
    assertThat(channel.basicGet(name, true)).as("what is there stays").isNotNull();
    channel.queueUnbind(name, "amq.topic", name);
    channel.basicPublish("amq.topic", name, null, new byte[1]);
    assertThat(channel.basicGet(name, true)).as("until it is unbound itself").isNull();
  }

  @Test
  void unknown_arguments_are_stored_with_the_queue_and_not_compared() throws Exception {
    channel.queueDeclare(name, false, true, false, Map.of("team", "blue"));
    assertThat(arguments()).isEqualTo(Map.of("team", "blue"));
    channel.queueDeclare(name, false, true, false, Map.of("team", "red", "x-mine", 1));
    assertThat(arguments()).as("what was declared first").isEqualTo(Map.of("team", "blue"));
  }

  private Map<String, Object> arguments() {
    QueueDefinition queue = broker.queues().definitions().queue("/", name);
    assertThat(queue).isNotNull();
    return queue.arguments();
  }
}
