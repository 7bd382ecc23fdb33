package io.quorate.chaos.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a snapshot is on its way, as the logs of its sender say. */
class SnapshotWatchTest {

  private static final String TIME = "2026-01-02 03:04:05.678 INFO  ";
  private static final String A = "SnapshotTransfer: n1@group-446554CA0378->n2-StreamLogAppender: ";
  private static final String B = "SnapshotTransfer: n3@group-8DE51D250F2F->n2-StreamLogAppender: ";
  private static final String OTHER =
      "SnapshotTransfer: n1@group-446554CA0378->n3-StreamLogAppender: ";

  @TempDir private Path folder;
  private SnapshotWatch watch;

  @BeforeEach
  void logOfEarlierTimes() throws IOException {
    log(1, A + "sends snapshot (t:1, i:293)");
    watch = new SnapshotWatch(Map.of(1, file(1), 3, file(3)), 2);
  }

  private Path file(int node) {
    return folder.resolve("node-" + node + ".log");
  }

  private void log(int node, String text) throws IOException {
    append(node, TIME + text + "\n");
  }

  private void append(int node, String text) throws IOException {
    Files.writeString(file(node), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  @Test
  void whatWasSentBeforeOrToOthersIsNotMeant() throws IOException {
    assertThat(watch.look()).isEmpty();
    log(1, OTHER + "sends snapshot (t:1, i:293)");
    log(1, "StreamLogAppender: n1@group-446554CA0378->n2-StreamLogAppender: not reached");
    assertThat(watch.look()).isEmpty();
  }

  @Test
  void itIsOnItsWayUntilItIsInstalled() throws IOException {
    log(1, A + "sends snapshot (t:1, i:294)");
    assertThat(watch.look()).contains(new SnapshotWatch.Transfer(1, "group-446554CA0378"));
    assertThat(watch.look()).isPresent();
    log(1, A + "snapshot (t:1, i:294) is installed");
    assertThat(watch.look()).isEmpty();
  }

  @Test
  void severalMayBeOnTheirWay() throws IOException {
    log(1, A + "sends snapshot (t:1, i:294)");
    log(3, B + "sends snapshot (t:2, i:7)");
    log(1, A + "snapshot (t:1, i:294) is installed");
    assertThat(watch.look()).contains(new SnapshotWatch.Transfer(3, "group-8DE51D250F2F"));
  }

  @Test
  void aLineThatIsNotWholeIsWaitedFor() throws IOException {
    append(1, TIME + A + "sends snap");
    assertThat(watch.look()).isEmpty();
    append(1, "shot (t:1, i:294)\n");
    assertThat(watch.look()).isPresent();
  }
}
