package io.quorate.chaos.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.cluster.ClusterExtension.OnSharedCluster;
import io.quorate.chaos.cluster.Command;
import io.quorate.chaos.cluster.LocalCluster;
import io.quorate.chaos.cluster.Repository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** RabbitMQ's own load tool, as a process with its own class path. */
@OnSharedCluster
class PerfTestIT {

  private static final int SECONDS = Integer.getInteger("quorate.perftest.seconds", 10);
  private static final Path LIBRARIES = Repository.module().resolve("perf-test/target/lib");

  @Test
  void runsWithoutAnError(LocalCluster cluster) {
    OutsideClient.require(
        Files.isDirectory(LIBRARIES),
        "PerfTest",
        "the build of chaos-tests/perf-test gathers it in " + LIBRARIES);

    Command.Result result =
        Command.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx512m",
                "-cp",
                LIBRARIES + "/*",
                "com.rabbitmq.perf.PerfTest",
                "--uri",
                cluster.amqpUri(1),
                "--quorum-queue",
                "--queue",
                "q1",
                "-x",
                "1",
                "-y",
                "1",
                "-s",
                "1024",
                "-c",
                "200",
                "-q",
                "200",
                "-z",
                "" + SECONDS)
            .withTimeout(Duration.ofSeconds(SECONDS + 60L))
            .run();

    assertThat(result.exitCode()).as(result.output()).isZero();
    assertThat(result.output())
        .doesNotContainIgnoringCase("exception")
        .doesNotContainIgnoringCase("error");
    System.out.println(result.out().lines().filter(line -> line.contains("avg")).toList());
    assertThat(average(result.out(), "sending")).as(result.out()).isPositive();
    assertThat(average(result.out(), "receiving")).as(result.out()).isPositive();
  }

  private static long average(String output, String what) {
    Matcher matcher = Pattern.compile(what + " rate avg: (\\d+) msg/s").matcher(output);
    assertThat(matcher.find()).as("the average %s rate in %s", what, output).isTrue();
    return Long.parseLong(matcher.group(1));
  }
}
