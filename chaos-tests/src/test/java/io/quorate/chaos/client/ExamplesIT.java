package io.quorate.chaos.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.cluster.ClusterExtension.OnSharedCluster;
import io.quorate.chaos.cluster.Command;
import io.quorate.chaos.cluster.LocalCluster;
import io.quorate.chaos.cluster.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs that a reader is invited to paste or run: those of README.md and examples/. */
@OnSharedCluster
class ExamplesIT {

  @TempDir Path directory;

  @Test
  void theFirstProgramInJava(LocalCluster cluster) throws Exception {
    Path source = directory.resolve("First.java");
    Files.writeString(source, readme("java", cluster));
    assertThat(java(source).runSuccessfully().out()).contains("hello");
  }

  @Test
  void theFirstProgramInPython(LocalCluster cluster) throws Exception {
    PythonClient pika = PythonClient.require("pika");
    Path source = directory.resolve("first.py");
    Files.writeString(source, readme("python", cluster));
    assertThat(pika.script(source).runSuccessfully().out()).contains("hello");
  }

  @Test
  void theFirstProgramInJavaScript(LocalCluster cluster) throws Exception {
    NpmClient amqplib = NpmClient.install("amqplib");
    assertThat(amqplib.script("readme.js", readme("javascript", cluster)).runSuccessfully().out())
        .contains("hello");
  }

  @Test
  void theWorkQueue(LocalCluster cluster) {
    assertThat(
            PythonClient.require("pika")
                .script(example("work_queue.py"), cluster.amqpUri(2), cluster.amqpUri(3))
                .runSuccessfully()
                .out())
        .contains("worker 0 did", "worker 1 did", "100 tasks done");
  }

  @Test
  void requestAndReply(LocalCluster cluster) throws Exception {
    assertThat(
            NpmClient.install("amqplib")
                .script(
                    "request_reply.js",
                    Files.readString(example("request_reply.js")),
                    cluster.amqpUri(1),
                    cluster.amqpUri(2))
                .runSuccessfully()
                .out())
        .contains("1 4 9 16 25");
  }

  @Test
  void publishAndSubscribe(LocalCluster cluster) {
    assertThat(java(example("PublishSubscribe.java"), cluster.amqpUri(3)).runSuccessfully().out())
        .contains(
            "alpine: [snow.alps.west, storm.alps.east, rain.alps]",
            "storms: [storm.alps.east, storm.coast]");
  }

  private static Path example(String name) {
    return Repository.root().resolve("examples").resolve(name);
  }

  /** The program in that language, with the addresses of this cluster's nodes. */
  private static String readme(String language, LocalCluster cluster) throws IOException {
    String text = Files.readString(Repository.root().resolve("README.md"));
    Matcher block =
        Pattern.compile("^```" + language + "\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL)
            .matcher(text);
    assertThat(block.find()).as("a program in %s in README.md", language).isTrue();
    String program = block.group(1);
    for (int node = 1; node <= 3; node++) {
      program =
          program.replace(
              "amqp://guest:guest@127.0.0.1:" + (5671 + node) + "/%2f", cluster.amqpUri(node));
    }
    return program;
  }

  private static Command java(Path source, String... arguments) {
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                source.toString()));
    line.addAll(List.of(arguments));
    return Command.of(line);
  }
}
