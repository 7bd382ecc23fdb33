package io.quorate.chaos.operate;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.MessageProperties;
import io.quorate.chaos.cluster.Admin;
import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.cluster.ClusterExtension.OnSharedCluster;
import io.quorate.chaos.cluster.Command;
import io.quorate.chaos.cluster.LocalCluster;
import io.quorate.chaos.load.Amqp;
import java.time.Duration;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** The command line {@code quorate}: what it prints as JSON is true. */
@OnSharedCluster
class CommandLineIT {

  @Test
  void clusterStatusTellsHowTheClusterIs(LocalCluster cluster) {
    JsonObject[] status = new JsonObject[1];
    Await.until(
        "the cluster is healthy",
        Duration.ofSeconds(30),
        () -> {
          status[0] = cluster.admin().json("cluster", "status");
          return status[0].get("health").getAsString().equals("ok");
        },
        () -> "" + status[0]);
    assertThat(status[0].getAsJsonArray("nodes")).hasSize(3);
    assertThat(status[0].get("shards_available")).isEqualTo(status[0].get("shards"));

    try {
      cluster.kill(2);
      Await.until(
          "the loss of a node shows",
          Duration.ofSeconds(30),
          () -> {
            status[0] = cluster.admin(1, 3).json("cluster", "status");
            return status[0].get("health").getAsString().equals("degraded");
          },
          () -> "" + status[0]);
      assertThat(status[0].get("problems").toString()).contains("node 2");
    } finally {
      cluster.heal();
    }
  }

  @Test
  void shardListShowsLeadersAndReplicas(LocalCluster cluster) {
    for (JsonElement element : cluster.admin().json("shard", "list").getAsJsonArray("shards")) {
      JsonObject shard = element.getAsJsonObject();
      assertThat(shard.getAsJsonArray("replicas")).as("%s", shard).hasSize(3);
      assertThat(shard.get("leader").getAsInt()).isBetween(1, 3);
    }
  }

  @Test
  void queuesAreShownAsTheyAre(LocalCluster cluster) throws Exception {
    String queue = "cli-queue";
    try (Connection connection = Amqp.connect(cluster, 2)) {
      Channel channel = connection.createChannel();
      channel.queueDeclare(queue, true, false, false, Map.of());
      channel.confirmSelect();
      for (int i = 0; i < 5; i++) {
        channel.basicPublish("", queue, MessageProperties.PERSISTENT_BASIC, new byte[10]);
      }
      channel.waitForConfirmsOrDie(10_000);
      channel.basicGet(queue, false);

      Admin.QueueView shown = cluster.admin().queue(queue);
      assertThat(shown.ready()).isEqualTo(4);
      assertThat(shown.unacked()).isEqualTo(1);
      assertThat(shown.replicas()).hasSize(3);
      assertThat(shown.replica(shown.leader().orElseThrow()).role()).isEqualTo("leader");

      JsonObject listed = cluster.admin(3).json("queue", "list", "--match", "cli-*");
      assertThat(
              StreamSupport.stream(listed.getAsJsonArray("queues").spliterator(), false)
                  .map(element -> element.getAsJsonObject().get("name").getAsString()))
          .containsExactly(queue);
      channel.queueDelete(queue);
    }
    Command.Result missing = cluster.admin().run("queue", "show", queue);
    assertThat(missing.exitCode()).isEqualTo(1);
    assertThat(missing.err()).contains(queue).doesNotContain("\tat ");
  }

  @Test
  void leadershipIsTransferred(LocalCluster cluster) throws Exception {
    String queue = "cli-transfer";
    try (Connection connection = Amqp.connect(cluster, 1)) {
      Channel channel = connection.createChannel();
      channel.queueDeclare(queue, true, false, false, Map.of());
      Admin.QueueView before = cluster.admin().queue(queue);
      int shard = before.shard().orElseThrow();
      int from = before.leader().orElseThrow();
      int to = cluster.nodesExcept(from).get(0);

      JsonObject moved = cluster.admin().json("shard", "transfer-leader", "" + shard, "" + to);
      assertThat(moved.get("leader").getAsInt()).isEqualTo(to);

      channel.confirmSelect();
      channel.basicPublish("", queue, MessageProperties.PERSISTENT_BASIC, new byte[10]);
      channel.waitForConfirmsOrDie(10_000);
      channel.queueDelete(queue);
    }
  }

  @Test
  void anUnreachableClusterIsAnErrorOfOneLine(LocalCluster cluster) {
    Admin nowhere = new Admin(cluster.admin().program(), "127.0.0.1:1");

    Command.Result result = nowhere.run("cluster", "status", "--timeout", "2s");

    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.err().trim().lines()).hasSize(1);
  }
}
