package io.quorate.chaos.operate;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.MessageProperties;
import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.cluster.ClusterExtension;
import io.quorate.chaos.cluster.ClusterOptions;
import io.quorate.chaos.cluster.Command;
import io.quorate.chaos.cluster.Launcher;
import io.quorate.chaos.cluster.LocalCluster;
import io.quorate.chaos.load.Amqp;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * {@code deploy/local/cluster}: every command, clusters side by side, and a node that cannot start.
 */
class LauncherIT {

  @Test
  void everyCommandDoesWhatItSays() throws Exception {
    try (LocalCluster cluster = LocalCluster.start(ClusterOptions.named("launcher"))) {
      Launcher launcher = cluster.launcher();
      assertStates(launcher, "ready", "ready", "ready");
      assertThat(launcher.runSuccessfully("up").out()).contains("running already");

      launcher.runSuccessfully("kill", "2");
      assertStates(launcher, "ready", "stopped", "ready");
      assertThat(launcher.runSuccessfully("start", "2").out()).contains("Started node 2");
      cluster.awaitReady();
      assertStates(launcher, "ready", "ready", "ready");

      launcher.runSuccessfully("pause", "3");
      assertStates(launcher, "ready", "ready", "paused");
      launcher.runSuccessfully("resume", "3");
      Await.until("node 3 is ready", Duration.ofSeconds(30), () -> cluster.isReady(3));

      assertThat(launcher.runSuccessfully("logs", "1").out()).contains("INFO");

      keepAMessage(cluster);
      launcher.runSuccessfully("down");
      assertStates(launcher, "stopped", "stopped", "stopped");
      launcher.runSuccessfully("up");
      assertThat(takeTheMessage(cluster)).isTrue();
      ClusterExtension.assertClean(cluster, "everyCommand");

      launcher.runSuccessfully("wipe");
      assertThat(Files.exists(cluster.data())).isFalse();
      assertThat(launcher.run("status").exitCode()).isEqualTo(1);
    }
  }

  /** Waits until the state column of {@code status} is as expected: a new leader takes a moment. */
  private static void assertStates(Launcher launcher, String... expected) {
    String[] status = new String[1];
    Await.until(
        "states " + List.of(expected),
        Duration.ofSeconds(15),
        () -> {
          status[0] = launcher.runSuccessfully("status").out();
          return states(status[0], expected.length).equals(List.of(expected));
        },
        () -> "status:\n" + status[0]);
  }

  private static List<String> states(String status, int nodes) {
    return status
        .lines()
        .filter(line -> line.matches("[1-9] .*"))
        .limit(nodes)
        .map(line -> line.substring(line.lastIndexOf(' ') + 1))
        .toList();
  }

  private static void keepAMessage(LocalCluster cluster) throws Exception {
    try (Connection connection = Amqp.connect(cluster, 2)) {
      Channel channel = connection.createChannel();
      channel.queueDeclare("launcher", true, false, false, Map.of());
      channel.confirmSelect();
      channel.basicPublish("", "launcher", MessageProperties.PERSISTENT_BASIC, new byte[] {7});
      channel.waitForConfirmsOrDie(10_000);
    }
  }

  private static boolean takeTheMessage(LocalCluster cluster) throws Exception {
    try (Connection connection = Amqp.connect(cluster, 3)) {
      Channel channel = connection.createChannel();
      return channel.basicGet("launcher", true) != null;
    }
  }

  @Test
  void clustersLiveSideBySide() throws Exception {
    try (LocalCluster one = LocalCluster.start(ClusterOptions.named("side-a").withNodes(1));
        LocalCluster two = LocalCluster.start(ClusterOptions.named("side-b").withNodes(1))) {
      try (Connection connection = Amqp.connect(one, 1)) {
        connection.createChannel().queueDeclare("only-in-one", true, false, false, Map.of());
      }
      assertThat(one.admin().run("queue", "list").out()).contains("only-in-one");
      assertThat(two.admin().run("queue", "list").out()).doesNotContain("only-in-one");

      one.launcher().runSuccessfully("down");
      assertThat(one.isAlive(1)).isFalse();
      assertThat(two.isReady(1)).isTrue();
      assertThat(two.launcher().run("up", "--port-offset", "1").output()).contains("was made with");
    }
  }

  @Test
  void aPortThatIsTakenIsNamed() throws IOException {
    try (LocalCluster cluster = LocalCluster.prepare(ClusterOptions.named("port").withNodes(1));
        ServerSocket holder =
            new ServerSocket(
                cluster.ports().amqp(1), 1, java.net.InetAddress.getLoopbackAddress())) {
      Command.Result result =
          cluster
              .launcher()
              .run("up", "--nodes", "1", "--port-offset", "" + cluster.ports().offset());

      assertThat(result.exitCode()).isNotZero();
      assertThat(result.err()).contains("" + holder.getLocalPort()).contains("--port-offset");
    }
  }

  @Test
  void aNodeThatCannotStartShowsItsLog() {
    ClusterOptions broken =
        ClusterOptions.named("broken").withNodes(1).with("snapshot.bytes", "rather-many");
    try (LocalCluster cluster = LocalCluster.prepare(broken)) {
      Command.Result result =
          cluster
              .launcher()
              .run("up", "--nodes", "1", "--port-offset", "" + cluster.ports().offset());

      assertThat(result.exitCode()).isNotZero();
      assertThat(result.output())
          .contains("node 1 ended")
          .contains("snapshot.bytes")
          .contains("rather-many");
      assertThat(result.output()).doesNotContain("\tat ");
    }
  }

  @Test
  void wrongArgumentsAreExplained() {
    try (LocalCluster cluster = LocalCluster.prepare(ClusterOptions.named("arguments"))) {
      for (List<String> wrong :
          List.of(
              List.of("dance"),
              List.of("kill"),
              List.of("kill", "8"),
              List.of("up", "--nodes", "0"))) {
        Command.Result result =
            cluster
                .launcher()
                .run(wrong.get(0), wrong.subList(1, wrong.size()).toArray(String[]::new));
        assertThat(result.exitCode()).as("%s: %s", wrong, result.output()).isEqualTo(2);
        assertThat(result.err()).isNotBlank();
      }
    }
  }
}
