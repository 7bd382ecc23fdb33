package io.quorate.amqp.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import io.quorate.amqp.protocol.ProtocolConstants;
import io.quorate.amqp.protocol.method.BasicAck;
import io.quorate.amqp.protocol.method.BasicConsume;
import io.quorate.amqp.protocol.method.BasicConsumeOk;
import io.quorate.amqp.protocol.method.BasicGet;
import io.quorate.amqp.protocol.method.BasicGetOk;
import io.quorate.amqp.protocol.method.BasicQos;
import io.quorate.amqp.protocol.method.BasicQosOk;
import io.quorate.amqp.protocol.method.QueueDeclare;
import io.quorate.amqp.protocol.method.QueueDeclareOk;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of what a client had, when it is gone without connection.close. */
@ExtendWith(SharedBroker.class)
class VanishedClientTest {

  private static final int MESSAGES = 10;
  private static final int HELD = 5;

  private final Broker broker;
  private final String queue = "vanished-" + System.nanoTime();
  private final String exclusive = queue + "-exclusive";
  private final String autoDelete = queue + "-auto-delete";
  private Connection connection;
  private Channel channel;

  VanishedClientTest(Broker broker) {
    this.broker = broker;
  }

  @BeforeEach
  void connect() throws Exception {
    connection = broker.connect();
    channel = connection.createChannel();
  }

  @AfterEach
  void close() throws Exception {
    channel.queueDelete(queue);
    connection.close();
  }

  @ParameterizedTest
  @CsvSource({
    "true, closes its socket",
    "false, closes its socket",
    "true, resets its socket",
    "true, falls silent",
    "false, falls silent"
  })
  void everything_comes_back_flagged_and_its_queues_are_gone(boolean durable, String how)
      throws Exception {
    publish(durable, MESSAGES);
    boolean silent = how.equals("falls silent");
    InetSocketAddress server = new InetSocketAddress("127.0.0.1", broker.port());
    try (RawClient client = RawClient.open(server, silent ? 1 : 0).openChannel(1)) {
      for (int i = 0; i < HELD; i++) {
        get(client);
      }
      declareItsOwn(client);
      assertThat(channel.messageCount(queue)).isEqualTo(MESSAGES - HELD);
      assertThat(queues()).contains(exclusive, autoDelete);
      if (how.equals("closes its socket")) {
        client.close();
      } else if (how.equals("resets its socket")) {
        client.reset();
      }
      // one that fell silent has its socket open until here
      awaitTrue("the messages are back", () -> channel.messageCount(queue) == MESSAGES);
      awaitTrue("its queues are gone", () -> queues().equals(List.of(queue)));
    }
    for (int i = 0; i < MESSAGES; i++) {
      GetResponse got = channel.basicGet(queue, true);
      assertThat(got.getBody()).asString().isEqualTo(String.valueOf(i));
      assertThat(got.getEnvelope().isRedeliver()).as("flag of %d", i).isEqualTo(i < HELD);
    }
  }

  @Test
  void what_it_has_acked_before_a_later_answer_does_not_come_back() throws Exception {
    publish(true, MESSAGES);
    try (RawClient client = RawClient.open(broker.port()).openChannel(1)) {
      for (int i = 1; i < MESSAGES; i++) {
        get(client);
        client.send(1, new BasicAck(i, false));
      }
      get(client);
      client.send(1, new BasicQos(0, 1, false));
      client.expect(1, BasicQosOk.class);
    }
    awaitTrue("the one that was not acked is back", () -> channel.messageCount(queue) == 1);
    GetResponse last = channel.basicGet(queue, true);
    assertThat(last.getBody()).asString().isEqualTo(String.valueOf(MESSAGES - 1));
    assertThat(channel.basicGet(queue, true)).isNull();
  }

  private void publish(boolean durable, int messages) throws Exception {
    channel.queueDeclare(queue, durable, false, false, null);
    channel.confirmSelect();
    for (int i = 0; i < messages; i++) {
      channel.basicPublish("", queue, null, String.valueOf(i).getBytes(StandardCharsets.UTF_8));
    }
    channel.waitForConfirmsOrDie(10_000);
  }

  private void get(RawClient client) throws IOException {
    client.send(1, new BasicGet(queue, false));
    client.expect(1, BasicGetOk.class);
    assertThat(client.next().type()).isEqualTo(ProtocolConstants.FRAME_HEADER);
    assertThat(client.next().type()).isEqualTo(ProtocolConstants.FRAME_BODY);
  }

  /** An exclusive queue, and an auto-delete queue that it consumes from. */
  private void declareItsOwn(RawClient client) throws IOException {
    client.send(1, new QueueDeclare(exclusive, false, false, true, false, false, Map.of()));
    client.expect(1, QueueDeclareOk.class);
    client.send(1, new QueueDeclare(autoDelete, false, true, false, true, false, Map.of()));
    client.expect(1, QueueDeclareOk.class);
    client.send(1, new BasicConsume(autoDelete, "c", false, false, false, false, Map.of()));
    client.expect(1, BasicConsumeOk.class);
  }

  private List<String> queues() {
    List<String> names = new ArrayList<>();
    broker.queues().definitions().queues().stream()
        .filter(definition -> definition.name().startsWith(queue))
        .forEach(definition -> names.add(definition.name()));
    return names;
  }

  private static void awaitTrue(String what, Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.call()) {
      assertThat(System.nanoTime()).as("until %s", what).isLessThan(deadline);
      Thread.sleep(20);
    }
  }
}
