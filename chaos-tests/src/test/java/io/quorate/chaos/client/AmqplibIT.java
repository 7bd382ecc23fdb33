package io.quorate.chaos.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.cluster.ClusterExtension.OnSharedCluster;
import io.quorate.chaos.cluster.Command;
import io.quorate.chaos.cluster.LocalCluster;
import io.quorate.chaos.cluster.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JavaScript's amqplib, against each node: {@code src/test/resources/amqplib/client.js}. */
@OnSharedCluster
class AmqplibIT {

  private static final Path DIRECTORY = Repository.module().resolve("target/amqplib");

  @BeforeAll
  static void installAmqplib() throws IOException {
    OutsideClient.require(
        OutsideClient.onPath("node") && OutsideClient.onPath("npm"),
        "Node.js with npm",
        "apt-get install nodejs npm");
    Files.createDirectories(DIRECTORY);
    for (String file : new String[] {"package.json", "package-lock.json", "client.js"}) {
      Files.copy(
          Repository.module().resolve("src/test/resources/amqplib").resolve(file),
          DIRECTORY.resolve(file),
          StandardCopyOption.REPLACE_EXISTING);
    }
    if (!Files.isDirectory(DIRECTORY.resolve("node_modules/amqplib"))) {
      Command.Result installed =
          Command.of("npm", "ci", "--no-audit", "--no-fund", "--prefer-offline")
              .withDirectory(DIRECTORY)
              .withTimeout(Duration.ofMinutes(2))
              .run();
      OutsideClient.require(
          installed.exitCode() == 0, "amqplib", "npm could not install it\n" + installed.output());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void worksUnmodified(int node, LocalCluster cluster) {
    int other = 1 + node % 3;

    Command.Result result =
        Command.of(
                "node",
                "client.js",
                cluster.amqpUri(node),
                cluster.amqpUri(other),
                "amqplib-" + node)
            .withDirectory(DIRECTORY)
            .runSuccessfully();

    assertThat(result.out().trim()).endsWith("ok");
  }
}
