package io.quorate.chaos.overload;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.cluster.ClusterExtension;
import io.quorate.chaos.cluster.ClusterOptions;
import io.quorate.chaos.cluster.Command;
import io.quorate.chaos.cluster.LocalCluster;
import io.quorate.chaos.input.RawConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What 2,000 clients cost the node that they are connected to. */
class ManyConnectionsIT {

  private static final int FIRST = 100;
  private static final int ALL = 2_000;
  private static final double LIMIT_KIB = 40;

  @Test
  void aConnectionCostsLittle() throws Exception {
    // The whole heap is resident from the start: what is in it is counted apart.
    ClusterOptions options = ClusterOptions.named("many-connections").withNodes(1).preTouched();
    try (LocalCluster cluster = LocalCluster.start(options)) {
      List<RawConnection> connections = new ArrayList<>();
      try {
        connect(cluster, connections, FIRST);
        Footprint few = Footprint.of(cluster);
        connect(cluster, connections, ALL);
        Footprint many = Footprint.of(cluster);
        double each = (double) (many.kib() - few.kib()) / (ALL - FIRST);
        System.out.printf(
            "many connections: %.1f KiB each beyond the first %d (%.1f of heap); with %d: %s, with"
                + " %d: %s%n",
            each,
            FIRST,
            (double) (many.heapKib() - few.heapKib()) / (ALL - FIRST),
            FIRST,
            few,
            ALL,
            many);
        assertThat(each).as("KiB of each connection").isLessThan(LIMIT_KIB);
      } finally {
        for (RawConnection connection : connections) {
          connection.close();
        }
      }
      ClusterExtension.assertClean(cluster, "many-connections");
    }
  }

  /** Each has a channel and has published a message: what it needs for that is there. */
  private static void connect(LocalCluster cluster, List<RawConnection> connections, int count)
      throws Exception {
    while (connections.size() < count) {
      RawConnection connection = RawConnection.opened(cluster.ports().amqp(1));
      connections.add(connection);
      String queue = "many-" + connections.size() % 10;
      connection.write(declare(queue));
      connection.expectMethod(50, 11);
      connection.write(
          RawConnection.publish(1, queue),
          RawConnection.header(1, 0),
          RawConnection.method(
              1,
              60,
              10,
              fields -> {
                fields.writeInt(0);
                fields.writeShort(1);
                fields.writeByte(0);
              }));
      connection.expectMethod(60, 11);
    }
  }

  private static byte[] declare(String queue) {
    return RawConnection.method(
        1,
        50,
        10,
        fields -> {
          fields.writeShort(0);
          fields.writeByte(queue.length());
          fields.writeBytes(queue);
          fields.writeByte(2); // durable
          fields.writeInt(0);
        });
  }

  /**
   * @param heapKib what is live in the heap
   * @param otherKib what is resident beside the heap
   */
  private record Footprint(long heapKib, long otherKib) {

    static Footprint of(LocalCluster cluster) {
      String pid = Long.toString(cluster.pid(1));
      // Twice: what the first leaves to be cleaned up is gone after the second.
      jcmd(pid, "GC.run");
      jcmd(pid, "GC.run");
      String info = jcmd(pid, "GC.heap_info");
      // " garbage-first heap   total reserved 524288K, committed 524288K, used 61434K [0x…": the
      // words around the last number differ from one Java to the next.
      String heap = info.lines().filter(line -> line.contains("heap")).findFirst().orElseThrow();
      long used = Long.parseLong(heap.replaceAll("(?s).*used (\\d+)K.*", "$1"));
      return new Footprint(used, Memory.nowKib(cluster, 1));
    }

    private static String jcmd(String pid, String command) {
      Path program = Path.of(System.getProperty("java.home"), "bin", "jcmd");
      String[] output = new String[1];
      Await.until(
          "jcmd " + command,
          Duration.ofSeconds(30),
          () -> {
            Command.Result result = Command.of(program.toString(), pid, command).run();
            output[0] = result.out();
            return result.exitCode() == 0;
          });
      return output[0];
    }

    long kib() {
      return heapKib + otherKib;
    }
  }
}
