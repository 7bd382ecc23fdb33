package io.quorate.chaos.overload;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.rabbitmq.client.Connection;
import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.cluster.ClusterOptions;
import io.quorate.chaos.cluster.LocalCluster;
import io.quorate.chaos.load.Amqp;
import io.quorate.chaos.sut.disk.LoopDisk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** A cluster whose first node, which leads a queue, has a disk of its own. */
final class NodeOnLoopDisk {

  private static final Duration LIMIT = Duration.ofSeconds(60);

  interface Test {
    void run(LocalCluster cluster, LoopDisk disk) throws Exception;
  }

  private NodeOnLoopDisk() {}

  /** Runs a test where that can be had, which takes root. */
  static void run(String queue, long capacityBytes, Test test) throws Exception {
    assumeTrue(
        "root".equals(System.getProperty("user.name")),
        "skipped: only root can mount the file system");
    // The disk alarm would hold publishers back before anything happens to the disk.
    ClusterOptions options = ClusterOptions.named(queue).with("store.disk-free-limit", "0");
    LocalCluster cluster = LocalCluster.prepare(options);
    Path node = cluster.data().resolve("node-1");
    LoopDisk disk =
        new LoopDisk(cluster.data().resolve("disk.img"), node.resolve("data"), capacityBytes);
    disk.create();
    try {
      cluster.up();
      try (Connection connection = Amqp.connect(cluster, 1)) {
        connection.createChannel().queueDeclare(queue, true, false, false, Map.of());
      }
      Await.until("node 1 leads", LIMIT, () -> cluster.leaderOf(queue) == 1);
      test.run(cluster, disk);
    } catch (Exception | AssertionError e) {
      cluster.keepLogs(queue);
      throw e;
    } finally {
      cluster.kill(1);
      disk.unmount();
      cluster.close();
    }
  }
}
