package io.quorate.chaos.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.cluster.ClusterExtension.OnSharedCluster;
import io.quorate.chaos.cluster.Command;
import io.quorate.chaos.cluster.LocalCluster;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * A Celery worker does 1,000 tasks while its node is killed, and each result arrives: {@code
 * src/test/resources/celery}.
 */
@OnSharedCluster
class CeleryIT {

  @Test
  void aThousandTasksAreDoneWhileTheWorkersNodeIsKilled(LocalCluster cluster) throws IOException {
    PythonClient celery = PythonClient.require("celery");
    String workers = cluster.amqpUri(3) + ";" + cluster.amqpUri(1);
    String callers = cluster.amqpUri(1) + ";" + cluster.amqpUri(2);
    try {
      Command.Result result =
          Disturbed.run(
              file ->
                  celery
                      .program(file.toString(), workers, callers, "celery-tasks")
                      .withTimeout(Duration.ofSeconds(90)),
              () -> cluster.kill(3));

      assertThat(result.out().trim()).endsWith("ok");
    } finally {
      cluster.heal();
    }
  }
}
