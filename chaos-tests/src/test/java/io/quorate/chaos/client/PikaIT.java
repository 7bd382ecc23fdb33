package io.quorate.chaos.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.cluster.ClusterExtension.OnSharedCluster;
import io.quorate.chaos.cluster.Command;
import io.quorate.chaos.cluster.LocalCluster;
import io.quorate.chaos.cluster.Repository;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Python's pika, against each node: {@code src/test/resources/pika/client.py}. */
@OnSharedCluster
class PikaIT {

  // The distribution's Python: another one that comes first in the path does not see Debian's
  // packages.
  private static final String PYTHON = "/usr/bin/python3";

  @BeforeAll
  static void findPika() {
    boolean present =
        Files.isExecutable(Path.of(PYTHON))
            && Command.of(PYTHON, "-c", "import pika").run().exitCode() == 0;
    OutsideClient.require(present, "pika", "apt-get install python3-pika");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void worksUnmodified(int node, LocalCluster cluster) {
    Path script = Repository.module().resolve("src/test/resources/pika/client.py");
    int other = 1 + node % 3;

    Command.Result result =
        Command.of(
                PYTHON,
                script.toString(),
                cluster.amqpUri(node),
                cluster.amqpUri(other),
                "pika-" + node)
            .runSuccessfully();

    assertThat(result.out().trim()).endsWith("ok");
  }
}
