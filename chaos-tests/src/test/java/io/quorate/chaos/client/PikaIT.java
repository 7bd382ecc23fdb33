package io.quorate.chaos.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.cluster.ClusterExtension.OnSharedCluster;
import io.quorate.chaos.cluster.Command;
import io.quorate.chaos.cluster.LocalCluster;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Python's pika, against each node: {@code src/test/resources/pika/client.py}. */
@OnSharedCluster
class PikaIT {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void worksUnmodified(int node, LocalCluster cluster) {
    int other = 1 + node % 3;

    Command.Result result =
        PythonClient.require("pika")
            .program(cluster.amqpUri(node), cluster.amqpUri(other), "pika-" + node)
            .runSuccessfully();

    assertThat(result.out().trim()).endsWith("ok");
  }
}
