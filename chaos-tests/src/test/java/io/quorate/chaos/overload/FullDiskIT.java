package io.quorate.chaos.overload;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.cluster.LocalCluster;
import io.quorate.chaos.sut.disk.LoopDisk;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Something else fills the disk of a queue's leader to the last byte. The node says so in one line
 * and stops; the others go on; with space back it joins them again, knowing its vote, and nothing
 * that was confirmed is lost. Needs to be root, to mount a small file system.
 */
class FullDiskIT {

  private static final String QUEUE = "full-disk";
  private static final int BODY = 4 << 10;
  private static final int MESSAGES = 6_000;
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long CAPACITY = 512L << 20;

  @Test
  void aNodeWithoutSpaceStopsAndComesBack() throws Exception {
    NodeOnLoopDisk.run(QUEUE, CAPACITY, FullDiskIT::fillAndRecover);
  }

  private static void fillAndRecover(LocalCluster cluster, LoopDisk disk) throws Exception {
    try (Flood second = new Flood(cluster, 2, QUEUE, 0, MESSAGES, BODY).start();
        Flood third = new Flood(cluster, 3, QUEUE, 1, MESSAGES, BODY)) {
      second.awaitConfirmed(200, LIMIT);
      disk.fillUp();
      third.start(); // so that there is something to write
      Await.until("node 1 has stopped", LIMIT, () -> !cluster.isRunning(1));
      assertSaysWhy(cluster);
      second.awaitConfirmed(second.messages(), LIMIT);
      third.awaitConfirmed(third.messages(), LIMIT);

      cluster.start(1); // in vain: and it must not harm what it has
      Await.until("node 1 has stopped again", LIMIT, () -> !cluster.isRunning(1));
      disk.empty();
      cluster.start(1);
      cluster.awaitReady();
      Await.until(
          "node 1 has caught up", LIMIT, () -> cluster.admin().queue(QUEUE).replicasAgree());
      try (Drain drain = new Drain(cluster, 1, QUEUE)) {
        drain.awaitConfirmedOf(List.of(second, third), LIMIT);
      }
    }
  }

  /** One line that an operator understands, and no stack trace. */
  private static void assertSaysWhy(LocalCluster cluster) {
    assertThat(cluster.logs().read(1)).contains("can no longer be used").contains("No space left");
    assertThat(cluster.logs().offences())
        .allSatisfy(
            line -> assertThat(line).containsAnyOf("cannot go on", "can no longer be used"));
  }
}
