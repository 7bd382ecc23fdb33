package io.quorate.chaos.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Random;

/**
 * The ports of the nodes of a cluster: fixed numbers plus an offset, as the launcher documents
 * them.
 *
 * @param offset added to every port
 */
public record Ports(int offset) {

  // Above it the operating system hands out ports for outgoing connections, which would get in the
  // way.
  private static final int HIGHEST_OFFSET = 16_000;

  /** Ports that are all free at the moment, chosen at random so that several runs do not meet. */
  public static Ports findFree(int nodes) {
    Random random = new Random();
    for (int attempt = 0; attempt < 200; attempt++) {
      Ports ports = new Ports(100 + 10 * random.nextInt(HIGHEST_OFFSET / 10 - 10));
      if (ports.allFree(nodes)) {
        return ports;
      }
    }
    throw new IllegalStateException("no free ports were found for " + nodes + " nodes");
  }

  public int amqp(int node) {
    return 5671 + node + offset;
  }

  public int raft(int node) {
    return 6670 + node + offset;
  }

  public int admin(int node) {
    return 7670 + node + offset;
  }

  public int http(int node) {
    return 15691 + node + offset;
  }

  private boolean allFree(int nodes) {
    for (int node = 1; node <= nodes; node++) {
      if (!isFree(amqp(node))
          || !isFree(raft(node))
          || !isFree(admin(node))
          || !isFree(http(node))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
