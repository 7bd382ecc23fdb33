package io.quorate.chaos.sut.containers;

import com.github.dockerjava.api.command.CreateNetworkCmd;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.Network.Ipam;
import java.util.Map;
import java.util.Random;
import org.testcontainers.containers.Network;

/** A private network with addresses that are chosen here, so that a node can have its own again. */
final class ContainerNetwork {

  private static final int ATTEMPTS = 10;
  private static final int FIRST_HOST = 10;

  private final Network network;
  private final String prefix;

  private ContainerNetwork(Network network, String prefix) {
    this.network = network;
    this.prefix = prefix;
  }

  static ContainerNetwork create() {
    Random random = new Random();
    for (int attempt = 1; ; attempt++) {
      String prefix = "10.%d.%d.".formatted(150 + random.nextInt(50), random.nextInt(256));
      Network network =
          Network.builder().createNetworkCmdModifier(command -> shape(command, prefix)).build();
      try {
        network.getId(); // That is when it is made.
        return new ContainerNetwork(network, prefix);
      } catch (DockerException e) {
        // The addresses overlap with somebody's.
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private static void shape(CreateNetworkCmd command, String prefix) {
    command
        .withIpam(new Ipam().withConfig(new Ipam.Config().withSubnet(prefix + "0/24")))
        .withLabels(Map.of(Engine.OWNER_LABEL, Engine.owner()));
  }

  Network network() {
    return network;
  }

  String address(int node) {
    return prefix + (FIRST_HOST + node);
  }

  void disconnect(NodeContainer container) {
    Engine.client()
        .disconnectFromNetworkCmd()
        .withNetworkId(network.getId())
        .withContainerId(container.containerId())
        .withForce(true)
        .exec();
  }

  void connect(NodeContainer container) {
    Engine.client()
        .connectToNetworkCmd()
        .withNetworkId(network.getId())
        .withContainerId(container.containerId())
        .withContainerNetwork(
            new com.github.dockerjava.api.model.ContainerNetwork()
                .withIpamConfig(
                    new com.github.dockerjava.api.model.ContainerNetwork.Ipam()
                        .withIpv4Address(container.network().address())))
        .exec();
  }

  void remove() {
    network.close();
  }
}
