package io.quorate.chaos.overload;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.cluster.LocalCluster;
import io.quorate.chaos.sut.disk.LoopDisk;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The disk of a queue's leader takes nothing for some seconds, as disks over a network do: those
 * who publish faster than that wait, and memory does not grow. Needs to be root, for a file system
 * that can be frozen.
 */
class SlowDiskIT {

  private static final String QUEUE = "slow-disk";
  private static final int BODY = 16 << 10;
  private static final int MESSAGES = 6_000;
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final long CAPACITY = 2L << 30;

  /** {@code amqp.unconfirmed-bytes}, and what sockets hold on both sides. */
  private static final long MOST_UNCONFIRMED = (8L + 24) << 20;

  @Test
  void publishersWaitForADiskThatStandsStill() throws Exception {
    NodeOnLoopDisk.run(QUEUE, CAPACITY, SlowDiskIT::freezeUnderLoad);
  }

  private static void freezeUnderLoad(LocalCluster cluster, LoopDisk disk) throws Exception {
    try (Flood first = new Flood(cluster, 1, QUEUE, 0, MESSAGES, BODY).start();
        Flood second = new Flood(cluster, 2, QUEUE, 1, MESSAGES, BODY).start()) {
      List<Flood> floods = List.of(first, second);
      floods.forEach(flood -> flood.awaitConfirmed(200, LIMIT));
      disk.freeze();
      try {
        Await.until(
            "publishers wait",
            Duration.ofSeconds(20),
            () -> floods.stream().allMatch(SlowDiskIT::waits));
      } finally {
        disk.thaw();
      }
      for (Flood flood : floods) {
        flood.awaitConfirmed(MESSAGES, LIMIT);
        assertThat(flood.mostUnconfirmedBytes()).isBetween(4L << 20, MOST_UNCONFIRMED);
      }
      cluster.nodes().forEach(node -> Bounds.assertPeak(cluster, node));
      try (Drain drain = new Drain(cluster, 3, QUEUE)) {
        drain.awaitConfirmedOf(floods, LIMIT);
      }
    }
  }

  /** It has more to send, and cannot. */
  private static boolean waits(Flood flood) {
    int before = flood.published();
    Await.pause(Duration.ofSeconds(1));
    return flood.published() == before && before < MESSAGES;
  }
}
