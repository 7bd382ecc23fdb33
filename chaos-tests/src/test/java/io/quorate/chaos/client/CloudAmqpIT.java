package io.quorate.chaos.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.cluster.ClusterExtension.OnSharedCluster;
import io.quorate.chaos.cluster.Command;
import io.quorate.chaos.cluster.LocalCluster;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * JavaScript's {@code @cloudamqp/amqp-client}, against each node and when its node is killed:
 * {@code src/test/resources/cloudamqp}.
 */
@OnSharedCluster
class CloudAmqpIT {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void worksUnmodified(int node, LocalCluster cluster) {
    int other = 1 + node % 3;

    Command.Result result =
        NpmClient.install("cloudamqp")
            .program(
                "client.js", cluster.amqpUri(node), cluster.amqpUri(other), "cloudamqp-" + node)
            .runSuccessfully();

    assertThat(result.out().trim()).endsWith("ok");
  }

  @Test
  void recoversItsConsumerWhenItsNodeIsBack(LocalCluster cluster) throws IOException {
    NpmClient client = NpmClient.install("cloudamqp");
    try {
      Command.Result result =
          Disturbed.run(
              file ->
                  client.program("recovery.js", file.toString(), "cloudamqp", cluster.amqpUri(3)),
              () -> {
                cluster.kill(3);
                cluster.start(3);
              });

      assertThat(result.out().trim()).endsWith("ok");
    } finally {
      cluster.heal();
    }
  }
}
