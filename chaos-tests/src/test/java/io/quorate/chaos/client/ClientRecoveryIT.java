package io.quorate.chaos.client;

import static org.assertj.core.api.Assertions.assertThat;

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
 * The Java client's own recovery takes a connection, its channels and its consumer to another node
 * when theirs dies.
 */
@OnSharedCluster
class ClientRecoveryIT {

  private static final String QUEUE = "java-recovery";

  @Test
  void aClientGoesOnWithAnotherNode(LocalCluster cluster) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setAutomaticRecoveryEnabled(true);
    factory.setTopologyRecoveryEnabled(true);
    factory.setNetworkRecoveryInterval(300);
    List<Address> addresses =
        List.of(3, 1, 2).stream()
            .map(node -> new Address("127.0.0.1", cluster.ports().amqp(node)))
            .toList();
    try (Connection connection = factory.newConnection(null, new InTurn(addresses), "recovering")) {
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
