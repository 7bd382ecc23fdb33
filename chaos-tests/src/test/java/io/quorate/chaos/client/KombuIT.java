package io.quorate.chaos.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.cluster.ClusterExtension.OnSharedCluster;
import io.quorate.chaos.cluster.Command;
import io.quorate.chaos.cluster.LocalCluster;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Python's kombu, against each node: {@code src/test/resources/kombu/client.py}. */
@OnSharedCluster
class KombuIT {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void worksUnmodified(int node, LocalCluster cluster) {
    int other = 1 + node % 3;

    Command.Result result =
        PythonClient.require("kombu")
            .program(cluster.amqpUri(node), cluster.amqpUri(other), "kombu-" + node)
            .runSuccessfully();

    assertThat(result.out().trim()).endsWith("ok");
  }
}
