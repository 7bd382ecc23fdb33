package io.quorate.chaos.fault;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import io.quorate.chaos.check.Checks;
import io.quorate.chaos.cluster.ClusterExtension.OnSharedCluster;
import io.quorate.chaos.cluster.LocalCluster;
import io.quorate.chaos.load.Amqp;
import io.quorate.chaos.load.Load;
import io.quorate.chaos.load.LoadOptions;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * All nodes die at once during publishing: every confirmed message is there when they are started
 * again.
 */
@OnSharedCluster
class AllNodesKilledIT {

  @Test
  void everyConfirmedMessageIsThere(LocalCluster cluster) throws Exception {
    LoadOptions fast = LoadOptions.moderate().withRate(2000);
    try (Load load = new Load(cluster, "all-killed", fast).declareQueue(2)) {
      load.publisher(1).publisher(2).publisher(3).awaitConfirms(3000);

      cluster.kill(1, 2, 3);
      load.abortPublishing();
      cluster.start(1, 2, 3);
      cluster.awaitReady();

      load.consumer(1).consumer(2, 3).awaitDeliveries(1);
      Checks.assertValid("all-killed", load.finish());
    } finally {
      cluster.heal();
    }
  }

  /** Exchanges that are not durable too, as with RabbitMQ's metadata store of today. */
  @Test
  void exchangesAndBindingsStay(LocalCluster cluster) throws Exception {
    try {
      try (Connection connection = Amqp.connect(cluster, 1)) {
        Channel channel = connection.createChannel();
        channel.exchangeDeclare("all-killed-durable", "topic", true);
        channel.exchangeDeclare("all-killed-transient", "fanout", false);
        channel.queueDeclare("all-killed-bound", true, false, false, Map.of());
        channel.exchangeBind("all-killed-transient", "all-killed-durable", "to.#");
        channel.queueBind("all-killed-bound", "all-killed-transient", "");
      } finally {
        cluster.kill(1, 2, 3);
      }
      cluster.start(1, 2, 3);
      cluster.awaitReady();

      try (Connection connection = Amqp.connect(cluster, 2)) {
        Channel channel = connection.createChannel();
        channel.confirmSelect();
        channel.basicPublish("all-killed-durable", "to.all", null, new byte[1]);
        channel.waitForConfirmsOrDie(20_000);
        assertThat(channel.basicGet("all-killed-bound", true)).isNotNull();
        channel.queueDelete("all-killed-bound");
        channel.exchangeDelete("all-killed-transient");
        channel.exchangeDelete("all-killed-durable");
      }
    } finally {
      cluster.heal();
    }
  }

  @Test
  void whatWasOutWithConsumersComesAgainWithTheFlag(LocalCluster cluster) throws Exception {
    try (Load load =
        new Load(cluster, "all-killed-consuming", LoadOptions.moderate()).declareQueue(3)) {
      load.publisher(1).publisher(2, 3).publisher(3, 1);
      load.consumer(1, 2).consumer(2, 3).consumer(3, 1);
      load.awaitConfirms(2000).awaitDeliveries(2000);

      cluster.kill(1, 2, 3);
      cluster.start(1, 2, 3);
      cluster.awaitReady();

      load.awaitConfirms(1000).awaitDeliveries(1000);
      Checks.assertValid("all-killed-consuming", load.finish());
    } finally {
      cluster.heal();
    }
  }
}
