package io.quorate.amqp.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.amqp.protocol.ReplyCode;
import io.quorate.amqp.protocol.method.BasicCancelOk;
import io.quorate.amqp.protocol.method.BasicConsume;
import io.quorate.amqp.protocol.method.BasicConsumeOk;
import io.quorate.amqp.protocol.method.BasicDeliver;
import io.quorate.amqp.protocol.method.BasicPublish;
import io.quorate.amqp.protocol.method.BasicQos;
import io.quorate.amqp.protocol.method.BasicQosOk;
import io.quorate.amqp.protocol.method.ChannelClose;
import io.quorate.amqp.protocol.method.ChannelCloseOk;
import io.quorate.amqp.protocol.method.ChannelFlow;
import io.quorate.amqp.protocol.method.ChannelFlowOk;
import io.quorate.amqp.protocol.method.ConnectionUpdateSecret;
import io.quorate.amqp.protocol.method.ConnectionUpdateSecretOk;
import io.quorate.amqp.protocol.method.QueueDeclare;
import io.quorate.amqp.protocol.method.QueueDeclareOk;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Corners of the protocol that ordinary clients leave alone. */
@ExtendWith(SharedBroker.class)
class ProtocolDetailsTest {

  private final Broker broker;
  private RawClient client;

  ProtocolDetailsTest(Broker broker) {
    this.broker = broker;
  }

  @BeforeEach
  void connect() throws Exception {
    client = RawClient.open(broker.port()).openChannel(1);
  }

  @AfterEach
  void close() throws Exception {
    client.close();
  }

  @Test
  void channel_flow_may_be_switched_on() throws Exception {
    client.send(1, new ChannelFlow(true));
    assertThat(client.expect(1, ChannelFlowOk.class).active()).isTrue();
  }

  @Test
  void answers_to_questions_never_asked_are_ignored() throws Exception {
    client.send(1, new ChannelFlowOk(true));
    client.send(1, new BasicCancelOk("nobody"));
    client.send(1, new ChannelCloseOk());
    client.send(1, new BasicQos(0, 1, false));
    client.expect(1, BasicQosOk.class);
  }

  @Test
  void a_new_secret_is_accepted() throws Exception {
    client.send(
        0, new ConnectionUpdateSecret("new secret".getBytes(StandardCharsets.UTF_8), "expiry"));
    client.expect(0, ConnectionUpdateSecretOk.class);
    client.send(1, new BasicQos(0, 1, false));
    client.expect(1, BasicQosOk.class);
  }

  @Test
  void no_local_is_ignored() throws Exception {
    String queue = declare(Map.of());
    client.send(1, new BasicConsume(queue, "t", true, true, false, false, Map.of()));
    client.expect(1, BasicConsumeOk.class);
    client.send(1, new BasicPublish("", queue, false, false));
    client.sendContentHeader(1, 0);
    assertThat(client.expect(1, BasicDeliver.class).consumerTag()).isEqualTo("t");
  }

  @Test
  void placement_arguments_are_checked() throws Exception {
    declare(Map.of("x-queue-leader-locator", "client-local", "x-quorum-initial-group-size", 3));
    declare(Map.of("x-queue-leader-locator", "balanced", "x-quorum-initial-group-size", 5L));
    declare(Map.of("x-queue-master-locator", "min-masters", "x-quorum-target-group-size", 5));
    expectRefused("x-queue-leader-locator", "random");
    expectRefused("x-queue-master-locator", "balanced");
    expectRefused("x-quorum-target-group-size", -1);
    expectRefused("x-quorum-initial-group-size", 0);
    expectRefused("x-quorum-initial-group-size", "three");
  }

  private String declare(Map<String, Object> arguments) throws Exception {
    client.send(1, new QueueDeclare("", false, false, true, false, false, Map.copyOf(arguments)));
    return client.expect(1, QueueDeclareOk.class).queue();
  }

  private void expectRefused(String argument, Object value) throws Exception {
    client.send(1, new QueueDeclare("", false, false, true, false, false, Map.of(argument, value)));
    ChannelClose close = client.expect(1, ChannelClose.class);
    assertThat(close.replyCode()).isEqualTo(ReplyCode.PRECONDITION_FAILED.code());
    assertThat(close.replyText()).contains("'" + argument + "'");
    client.send(1, new ChannelCloseOk());
    client.openChannel(1);
  }
}
