package io.quorate.chaos.check;

import static io.quorate.chaos.check.Story.story;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What in the nodes' logs is held against them. */
class NodeLogFilesTest {

  private static final String ERROR =
      """
      2026-01-02 03:04:05.678 ERROR RatisGroup: failed to write
      java.io.IOException: No space left on device
      \tat java.base/sun.nio.ch.FileDispatcherImpl.write0(Native Method)
      """;
  private static final String WARNING =
      """
      2026-01-02 03:04:05.679 WARN  Link: failed
      java.lang.IllegalStateException: oh
      \tat io.quorate.Link.open(Link.java:7)
      """;

  @TempDir private Path folder;

  private List<String> offences(Story story, String log) throws IOException {
    Path logs = Files.createDirectories(folder.resolve("logs"));
    Files.writeString(logs.resolve("node-1.log"), log);
    return NodeLogFiles.offences(folder, story.end());
  }

  private static Story harmed(int node) {
    return story().fault("disk-full", "node " + node).ends("disk-full", "node " + node);
  }

  @Test
  void withoutLogsNothingIsShown() throws IOException {
    assertThat(NodeLogFiles.offences(folder, story().end())).isNull();
    Files.createDirectories(folder.resolve("logs"));
    assertThat(NodeLogFiles.offences(folder, story().end())).isNull();
  }

  @Test
  void anErrorAndItsTraceAreHeldAgainstANode() throws IOException {
    assertThat(offences(story().published(0, 0), ERROR)).hasSize(2);
    assertThat(offences(harmed(2), ERROR)).hasSize(2);
  }

  @Test
  void aNodeWhoseDiskFailedMaySaySoWithItsTrace() throws IOException {
    assertThat(offences(harmed(1), ERROR)).isEmpty();
  }

  @Test
  void anErrorLongBeforeOrAfterItsFaultIsNotExcused() throws IOException {
    String fine = "2026-01-02 03:04:05.678 INFO  Node: ready\n";
    int before = fine.length() + ERROR.length();
    int during = before + ERROR.length();
    Story story =
        story()
            .logSize(1, before)
            .fault("disk-full", "node 1")
            .passes(5000)
            .ends("disk-full", "node 1")
            .passes(61_000)
            .logSize(1, during);

    assertThat(offences(story, fine + ERROR + ERROR)).hasSize(2);
    assertThat(offences(story, fine + fine.repeat(10) + ERROR)).hasSize(2);
    assertThat(offences(story, ERROR + fine + ERROR + ERROR)).hasSize(4);
  }

  @Test
  void anErrorAboutSomethingElseIsNotExcused() throws IOException {
    assertThat(offences(harmed(1), ERROR.replaceAll("ERROR \\w+:", "ERROR Consuming:"))).hasSize(2);
  }

  @Test
  void otherTracesOfThatNodeAreNotExcused() throws IOException {
    assertThat(offences(harmed(1), ERROR + WARNING)).hasSize(1);
    assertThat(offences(harmed(1), ERROR + "java.lang.OutOfMemoryError: Java heap space\n"))
        .hasSize(1);
  }
}
