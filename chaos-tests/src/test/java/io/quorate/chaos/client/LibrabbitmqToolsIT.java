package io.quorate.chaos.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.cluster.ClusterExtension.OnSharedCluster;
import io.quorate.chaos.cluster.Command;
import io.quorate.chaos.cluster.LocalCluster;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** librabbitmq through the tools of Debian's {@code amqp-tools}, against each node. */
@OnSharedCluster
class LibrabbitmqToolsIT {

  @BeforeAll
  static void findTheTools() {
    OutsideClient.require(
        OutsideClient.onPath("amqp-publish"),
        "librabbitmq (amqp-tools)",
        "apt-get install amqp-tools");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void declaresPublishesGetsConsumesDeletes(int node, LocalCluster cluster) {
    String uri = cluster.amqpUri(node);
    String queue = "tools-" + node;

    assertThat(tool("amqp-declare-queue", uri, "-d", "-q", queue).out().trim()).isEqualTo(queue);
    for (String body : new String[] {"one", "two", "three"}) {
      tool("amqp-publish", uri, "-p", "-r", queue, "-b", body);
    }
    assertThat(tool("amqp-get", uri, "-q", queue).out()).isEqualTo("one");
    assertThat(tool("amqp-consume", uri, "-q", queue, "-c", "2", "-p", "1", "cat").out())
        .isEqualTo("twothree");
    assertThat(run("amqp-get", uri, "-q", queue).exitCode())
        .as("amqp-get of an empty queue")
        .isEqualTo(2);
    assertThat(tool("amqp-delete-queue", uri, "-q", queue).out().trim()).isEqualTo("0");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void theProtocolsErrorsReachTheUser(int node, LocalCluster cluster) {
    Command.Result result = run("amqp-get", cluster.amqpUri(node), "-q", "tools-no-such-queue");

    assertThat(result.exitCode()).isNotZero();
    assertThat(result.err()).contains("404").contains("tools-no-such-queue");
  }

  private static Command.Result tool(String program, String uri, String... arguments) {
    Command.Result result = run(program, uri, arguments);
    assertThat(result.exitCode()).as(program + ": " + result.output()).isZero();
    return result;
  }

  private static Command.Result run(String program, String uri, String... arguments) {
    String[] line = new String[arguments.length + 3];
    line[0] = program;
    line[1] = "--url=" + uri;
    System.arraycopy(arguments, 0, line, 2, arguments.length);
    return Command.of(java.util.Arrays.copyOf(line, arguments.length + 2)).run();
  }
}
