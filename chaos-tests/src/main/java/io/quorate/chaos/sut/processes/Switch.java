package io.quorate.chaos.sut.processes;

import io.quorate.chaos.cluster.Command;
import io.quorate.chaos.cluster.Resources;
import io.quorate.chaos.sut.network.Namespace;
import io.quorate.chaos.sut.network.NodeNetwork;
import io.quorate.chaos.sut.network.Plug;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A network of this machine's own: a namespace for each node, all plugged into a bridge that is in
 * a namespace too, so that no rule of the machine has a say in it; and a link from here to there.
 */
final class Switch implements Plug {

  private static final int FIRST_HOST = 10;

  private final List<NodeNetwork> nodes = new ArrayList<>();

  private Switch() {}

  /** Makes it; what it takes is noted in the directory. */
  static Switch create(Path directory, int nodes) {
    // Interfaces have names of at most 15 characters.
    Random random = new Random();
    String name = "q%05x".formatted(random.nextInt(1 << 20));
    String subnet = "10.%d.%d.".formatted(200 + random.nextInt(50), random.nextInt(256));
    Switch made = new Switch();
    String bridge = name + "-sw";
    note(directory, bridge);
    Resources.note(directory, Resources.Kind.LINK, name + "-h");
    shell(
        """
        ip netns add %1$s-sw
        ip -n %1$s-sw link add br0 type bridge
        ip -n %1$s-sw link set br0 up
        ip link add %1$s-h type veth peer name host netns %1$s-sw
        ip -n %1$s-sw link set host master br0 up
        ip addr add %2$s1/24 dev %1$s-h
        ip link set %1$s-h up
        """
            .formatted(name, subnet));
    for (int node = 1; node <= nodes; node++) {
      String namespace = name + "-" + node;
      String address = subnet + (FIRST_HOST + node);
      note(directory, namespace);
      shell(
          """
          ip netns add %1$s
          ip -n %1$s link set lo up
          ip link add eth0 netns %1$s type veth peer name node%2$d netns %3$s
          ip -n %3$s link set node%2$d master br0 up
          ip -n %1$s addr add %4$s/24 dev eth0
          ip -n %1$s link set eth0 up
          """
              .formatted(namespace, node, bridge, address));
      made.nodes.add(
          new NodeNetwork(node, address, new Namespace(Path.of("/run/netns", namespace))));
    }
    return made;
  }

  private static void note(Path directory, String namespace) {
    Resources.note(directory, Resources.Kind.NETNS, namespace);
  }

  private static void shell(String script) {
    Command.of("sh", "-ec", script).runSuccessfully();
  }

  List<NodeNetwork> nodes() {
    return List.copyOf(nodes);
  }

  NodeNetwork node(int node) {
    return nodes.get(node - 1);
  }

  @Override
  public void unplug(int node) {
    node(node).namespace().shell("ip link set eth0 down");
  }

  @Override
  public void plug(int node) {
    node(node).namespace().shell("ip link set eth0 up");
  }
}
