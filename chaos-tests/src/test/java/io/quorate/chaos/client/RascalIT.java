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
 * JavaScript's rascal, against each node and when its node is killed: {@code
 * src/test/resources/rascal}.
 */
@OnSharedCluster
class RascalIT {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void worksUnmodified(int node, LocalCluster cluster) {
    int other = 1 + node % 3;

    Command.Result result =
        NpmClient.install("rascal")
            .program("client.js", cluster.amqpUri(node), cluster.amqpUri(other), "rascal-" + node)
            .runSuccessfully();

    assertThat(result.out().trim()).endsWith("ok");
  }

  @Test
  void goesOnWithAnotherNodeWhenItsOwnIsKilled(LocalCluster cluster) throws IOException {
    NpmClient rascal = NpmClient.install("rascal");
    try {
      Command.Result result =
          Disturbed.run(
              file ->
                  rascal.program(
                      "recovery.js",
                      file.toString(),
                      "rascal",
                      cluster.amqpUri(3),
                      cluster.amqpUri(1),
                      cluster.amqpUri(2)),
              () -> cluster.kill(3));

      assertThat(result.out().trim()).endsWith("ok");
    } finally {
      cluster.heal();
    }
  }
}
