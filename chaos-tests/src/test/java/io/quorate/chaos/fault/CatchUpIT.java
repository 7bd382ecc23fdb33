package io.quorate.chaos.fault;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import io.quorate.chaos.check.Checks;
import io.quorate.chaos.cluster.Admin;
import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.cluster.ClusterExtension;
import io.quorate.chaos.cluster.ClusterOptions;
import io.quorate.chaos.cluster.LocalCluster;
import io.quorate.chaos.load.Amqp;
import io.quorate.chaos.load.Load;
import io.quorate.chaos.load.LoadOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A node is down while many messages go through, so many that the log it would need is gone; it
 * comes back and catches up from a snapshot while traffic goes on. Then it leads, and has what was
 * queued all along.
 */
class CatchUpIT {

  private static final int MESSAGES = Integer.getInteger("quorate.catchup.messages", 100_000);
  private static final int KEPT = 500;
  private static final String QUEUE = "catch-up";
  private static final String KEPT_QUEUE = "catch-up-kept";

  @Test
  void aNodeThatMissedManyMessagesCatchesUp() throws Exception {
    // One shard, so that both queues are in it.
    ClusterOptions options =
        ClusterOptions.named("catch-up").with("snapshot.bytes", "1MiB").with("shards", "1");
    LoadOptions fast = new LoadOptions(50_000, 500, 300, 1000, 20, false);
    try (LocalCluster cluster = LocalCluster.start(options);
        Load load = new Load(cluster, QUEUE, fast).declareQueue(1)) {
      keepSomeMessages(cluster);
      int leader = cluster.leaderOf(QUEUE);
      int behind = cluster.nodesExcept(leader).get(0);
      int other = cluster.nodesExcept(leader).get(1);
      cluster.kill(behind);
      long missedFrom = cluster.admin(leader, other).queue(QUEUE).replica(leader).applied();

      load.consumer(leader).consumer(other);
      load.publisher(leader).publisher(other);
      Await.until(
          MESSAGES
              + " messages have gone through, and the log that node "
              + behind
              + " needs is gone",
          Duration.ofSeconds(120 + MESSAGES / 1000),
          () -> load.confirmed() >= MESSAGES && firstLogIndex(cluster, leader) > missedFrom + 1,
          () ->
              load.confirmed()
                  + " confirmed, the log begins at "
                  + firstLogIndex(cluster, leader)
                  + ", needed from "
                  + missedFrom);
      load.stopPublishing();

      try (Load traffic = new Load(cluster, QUEUE + "-traffic", LoadOptions.moderate())) {
        traffic.declareQueue(leader).publisher(leader).publisher(other).consumer(other);
        traffic.awaitConfirms(500);
        long started = System.nanoTime();
        cluster.start(behind);
        awaitCaughtUp(cluster, behind);
        System.out.printf(
            "catch-up: node %d had caught up %d ms after its start%n",
            behind, (System.nanoTime() - started) / 1_000_000);
        traffic.awaitConfirms(500);
        Checks.assertValid("catch-up traffic", traffic.finish());
      }
      Checks.assertValid("catch-up", load.finish());
      assertThat(cluster.admin().queue(QUEUE).replicasAgree()).isTrue();

      cluster.awaitReady();
      Admin admin = cluster.admin();
      int shard = admin.queue(QUEUE).shard().orElseThrow();
      admin.json("shard", "transfer-leader", "" + shard, "" + behind);
      takeKeptMessages(cluster, behind);
      ClusterExtension.assertClean(cluster, "catch-up");
    }
  }

  /**
   * Caught up: it has applied what was committed when it was asked for before, with traffic going
   * on in between.
   */
  private static void awaitCaughtUp(LocalCluster cluster, int behind) {
    Admin admin = cluster.admin(cluster.nodesExcept(behind).toArray(Integer[]::new));
    Admin.QueueView[] seen = new Admin.QueueView[1];
    Await.until(
        "node " + behind + " catches up",
        Duration.ofSeconds(90),
        () -> {
          long goal =
              admin.queue(QUEUE).replicas().stream()
                  .mapToLong(Admin.ReplicaView::commit)
                  .max()
                  .orElseThrow();
          seen[0] = admin.queue(QUEUE);
          return seen[0].replica(behind).applied() >= goal;
        },
        () -> "replicas: " + seen[0].replicas());
  }

  private static void keepSomeMessages(LocalCluster cluster) throws Exception {
    try (Connection connection = Amqp.connect(cluster, 2)) {
      Channel channel = connection.createChannel();
      channel.queueDeclare(KEPT_QUEUE, true, false, false, Map.of());
      channel.confirmSelect();
      for (int i = 0; i < KEPT; i++) {
        channel.basicPublish(
            "",
            KEPT_QUEUE,
            MessageProperties.PERSISTENT_BASIC,
            ("kept " + i).getBytes(StandardCharsets.UTF_8));
      }
      channel.waitForConfirmsOrDie(20_000);
    }
  }

  private static void takeKeptMessages(LocalCluster cluster, int node) throws Exception {
    try (Connection connection = Amqp.connect(cluster, node)) {
      Channel channel = connection.createChannel();
      for (int i = 0; i < KEPT; i++) {
        GetResponse response = channel.basicGet(KEPT_QUEUE, true);
        assertThat(response).as("message %d", i).isNotNull();
        assertThat(new String(response.getBody(), StandardCharsets.UTF_8)).isEqualTo("kept " + i);
      }
      assertThat(channel.basicGet(KEPT_QUEUE, true)).isNull();
    }
  }

  /**
   * The first index of the log that a node still has of the shard with the most entries, by the
   * names of Ratis's files: the only place where it can be seen from outside.
   */
  private static long firstLogIndex(LocalCluster cluster, int node) throws IOException {
    Pattern segment = Pattern.compile("log_(?:inprogress_)?(\\d+)(?:-\\d+)?");
    long highest = -1;
    try (Stream<Path> groups =
        Files.find(
            cluster.data().resolve("node-" + node),
            6,
            (path, attributes) -> path.getFileName().toString().equals("current"))) {
      for (Path group : groups.toList()) {
        try (Stream<Path> files = Files.list(group)) {
          long first =
              files
                  .map(file -> segment.matcher(file.getFileName().toString()))
                  .filter(Matcher::matches)
                  .mapToLong(matcher -> Long.parseLong(matcher.group(1)))
                  .min()
                  .orElse(-1);
          highest = Math.max(highest, first);
        }
      }
    }
    return highest;
  }
}
