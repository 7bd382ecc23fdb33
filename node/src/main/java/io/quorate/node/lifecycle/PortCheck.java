package io.quorate.node.lifecycle;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Looks whether the ports of a node are free before anything starts, so that the operator hears of
 * all that are taken at once, and before the node has joined its cluster.
 */
public final class PortCheck {

  private record Port(String use, String host, int number) {}

  private final List<Port> ports = new ArrayList<>();

  /**
   * Adds a port.
   *
   * @param use the setting it comes from, for the message
   * @param number 0 is any free port, and always free
   */
  public PortCheck add(String use, String host, int number) {
    ports.add(new Port(use, host, number));
    return this;
  }

  /**
   * Checks all ports.
   *
   * @throws StartException naming all ports that cannot be listened on
   */
  public void run() throws StartException {
    List<String> problems =
        ports.stream().map(PortCheck::problem).filter(text -> !text.isEmpty()).toList();
    if (!problems.isEmpty()) {
      throw new StartException(ExitCode.PORT, problems.stream().collect(Collectors.joining("; ")));
    }
  }

  private static String problem(Port port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(port.host, port.number));
      return "";
    } catch (IOException e) {
      return "cannot listen on %s:%d (%s): %s"
          .formatted(port.host, port.number, port.use, e.getMessage());
    }
  }
}
