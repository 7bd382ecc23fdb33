package io.quorate.chaos.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Address;
import com.rabbitmq.client.AddressResolver;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.cluster.ClusterExtension.OnSharedCluster;
import io.quorate.chaos.cluster.LocalCluster;
import io.quorate.chaos.load.Amqp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/**
 * The Java client's own recovery takes a connection, its channels, consumers, exchanges, queues and
 * bindings to another node when theirs dies.
 */
@OnSharedCluster
class ClientRecoveryIT {

  private static final String QUEUE = "java-recovery";

  private static Connection connect(LocalCluster cluster) throws IOException, TimeoutException {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setAutomaticRecoveryEnabled(true);
    factory.setTopologyRecoveryEnabled(true);
    factory.setNetworkRecoveryInterval(300);
    List<Address> addresses =
        List.of(3, 1, 2).stream()
            .map(node -> new Address("127.0.0.1", cluster.ports().amqp(node)))
            .toList();
    return factory.newConnection(null, new InTurn(addresses), "recovering");
  }

  @Test
  void aClientGoesOnWithAnotherNode(LocalCluster cluster) throws Exception {
    try (Connection connection = connect(cluster)) {
      assertThat(connection.getPort()).isEqualTo(cluster.ports().amqp(3));
      Channel channel = connection.createChannel();
      channel.queueDeclare(QUEUE, true, false, false, Map.of());
      channel.confirmSelect();
      Set<String> received = ConcurrentHashMap.newKeySet();
      channel.basicConsume(
          QUEUE,
          false,
          (tag, delivery) -> {
            received.add(new String(delivery.getBody(), StandardCharsets.UTF_8));
            channel.basicAck(delivery.getEnvelope().getDeliveryTag(), false);
          },
          tag -> {});
      publishUntilConfirmed(channel, "before");
      Await.until("the first message", Duration.ofSeconds(10), () -> received.contains("before"));

      cluster.kill(3);

      publishUntilConfirmed(channel, "after");
      Await.until(
          "a message after the recovery", Duration.ofSeconds(20), () -> received.contains("after"));
      assertThat(connection.getPort()).isNotEqualTo(cluster.ports().amqp(3));
      channel.queueDelete(QUEUE);
    } finally {
      cluster.heal();
    }
  }

  /**
   * Exclusive, auto-delete and server-named queues went with the node: the client declares and
   * binds them again on another, under the same names.
   */
  @Test
  void theTopologyIsThereAgainOnAnotherNode(LocalCluster cluster) throws Exception {
    try (Connection connection = connect(cluster);
        Connection elsewhere = Amqp.connect(cluster, 1)) {
      Channel channel = connection.createChannel();
      channel.exchangeDeclare("recovery-fanout", "fanout", false, true, Map.of());
      channel.exchangeDeclare("recovery-topic", "topic", true);
      channel.exchangeBind("recovery-fanout", "recovery-topic", "all.#");
      String named = channel.queueDeclare().getQueue();
      channel.queueDeclare("recovery-exclusive", false, true, false, Map.of());
      channel.queueDeclare("recovery-auto-delete", false, false, true, Map.of());
      channel.queueDeclare("recovery-durable", true, false, false, Map.of());
      List<String> queues =
          List.of("recovery-exclusive", "recovery-auto-delete", "recovery-durable");
      Set<String> received = ConcurrentHashMap.newKeySet();
      for (String queue : List.of(named, queues.get(0), queues.get(1), queues.get(2))) {
        channel.queueBind(queue, "recovery-fanout", "");
        String label = queue.equals(named) ? "server-named" : queue;
        channel.basicConsume(
            queue,
            true,
            (tag, delivery) ->
                received.add(label + " " + new String(delivery.getBody(), StandardCharsets.UTF_8)),
            tag -> {});
      }
      Channel publishing = elsewhere.createChannel();
      publishing.confirmSelect();
      publishUntilAllGetIt(publishing, "before", received);

      cluster.kill(3);

      publishUntilAllGetIt(publishing, "after", received);
      assertThat(connection.getPort()).isNotEqualTo(cluster.ports().amqp(3));
      channel.queueDelete("recovery-durable");
      channel.exchangeDelete("recovery-topic");
    } finally {
      cluster.heal();
    }
  }

  private static void publishUntilAllGetIt(Channel channel, String body, Set<String> received) {
    Await.until(
        body + " in all four queues",
        Duration.ofSeconds(30),
        () -> {
          channel.basicPublish(
              "recovery-topic",
              "all.of.them",
              MessageProperties.PERSISTENT_BASIC,
              body.getBytes(StandardCharsets.UTF_8));
          channel.waitForConfirms(10_000);
          return received.stream().filter(each -> each.endsWith(" " + body)).count() == 4;
        },
        received::toString);
  }

  /** What is routed to a queue that went with its node does not spoil the rest. */
  @Test
  void aLostNodesQueuesDoNotKeepMessagesFromBeingConfirmed(LocalCluster cluster) throws Exception {
    Connection lost = Amqp.connect(cluster, 3);
    try (Connection connection = Amqp.connect(cluster, 1)) {
      lost.createChannel().queueDeclare("recovery-lost", false, false, false, Map.of());
      Channel channel = connection.createChannel();
      channel.queueDeclare("recovery-kept", true, false, false, Map.of());
      channel.queueBind("recovery-lost", "amq.fanout", "");
      channel.queueBind("recovery-kept", "amq.fanout", "");
      Set<Integer> returned = ConcurrentHashMap.newKeySet();
      channel.addReturnListener(message -> returned.add(message.getReplyCode()));
      channel.confirmSelect();

      cluster.kill(3);

      Await.until(
          "a confirm",
          Duration.ofSeconds(20),
          () -> {
            channel.basicPublish("amq.fanout", "", MessageProperties.PERSISTENT_BASIC, new byte[1]);
            return channel.waitForConfirms(10_000);
          });
      assertThat(channel.basicGet("recovery-kept", true)).isNotNull();
      channel.basicPublish(
          "", "recovery-lost", true, MessageProperties.PERSISTENT_BASIC, new byte[1]);
      assertThat(channel.waitForConfirms(10_000)).isTrue();
      assertThat(returned).containsExactly(312);
      channel.queueDelete("recovery-kept");
      AMQP.Queue.DeclareOk again =
          channel.queueDeclare("recovery-lost", false, false, false, Map.of());
      assertThat(again.getMessageCount()).isZero();
      channel.queueDelete("recovery-lost");
    } finally {
      cluster.heal();
    }
  }

  /** Addresses that are tried in the order given: the client shuffles them otherwise. */
  private record InTurn(List<Address> addresses) implements AddressResolver {
    @Override
    public List<Address> getAddresses() {
      return addresses;
    }

    @Override
    public List<Address> maybeShuffle(List<Address> input) {
      return input;
    }
  }

  private static void publishUntilConfirmed(Channel channel, String body) {
    Await.until(
        "a confirm for " + body,
        Duration.ofSeconds(30),
        () -> {
          try {
            channel.basicPublish(
                "",
                QUEUE,
                MessageProperties.PERSISTENT_BASIC,
                body.getBytes(StandardCharsets.UTF_8));
            return channel.waitForConfirms(5000);
          } catch (IOException | AlreadyClosedException | TimeoutException e) {
            return false;
          }
        });
  }
}
