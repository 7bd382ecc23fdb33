package io.quorate.chaos.sut.containers;

import io.quorate.chaos.cluster.Command;
import io.quorate.chaos.cluster.Distribution;
import io.quorate.chaos.cluster.Leftovers;
import io.quorate.chaos.cluster.Resources;
import io.quorate.chaos.sut.Capability;
import io.quorate.chaos.sut.ClusterSpec;
import io.quorate.chaos.sut.ClusterUnderTest;
import io.quorate.chaos.sut.Machine;
import io.quorate.chaos.sut.Provider;
import io.quorate.chaos.sut.network.NodeNetwork;
import io.quorate.chaos.sut.network.Plug;
import io.quorate.chaos.sut.node.LaunchScript;
import io.quorate.chaos.sut.node.NodeCluster;
import io.quorate.chaos.sut.node.NodeLayout;
import io.quorate.chaos.sut.node.WallClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Nodes in containers of their own on a private network, from the image that {@code
 * deploy/docker/Dockerfile} describes. The harness reaches into their networks and disks from
 * outside, so it has to be root on the engine's machine.
 */
public final class ContainersProvider implements Provider {

  private static final String[] PROGRAMS = {
    "docker", "nsenter", "iptables", "tc", "ip", "mkfs.ext4", "mount", "umount", "fallocate"
  };

  @Override
  public String name() {
    return "containers";
  }

  @Override
  public Optional<String> obstacle() {
    return Machine.obstacle(PROGRAMS).or(Engine::obstacle);
  }

  @Override
  public Map<Capability, String> impossible() {
    Map<Capability, String> impossible = new EnumMap<>(Capability.class);
    WallClock.obstacle().ifPresent(reason -> impossible.put(Capability.CLOCK, reason));
    obstacle()
        .ifPresent(
            reason -> {
              for (Capability capability : Capability.values()) {
                impossible.put(capability, reason);
              }
            });
    return impossible;
  }

  @Override
  public ClusterUnderTest start(ClusterSpec spec) {
    obstacle()
        .ifPresent(
            reason -> {
              throw new IllegalStateException("the provider containers " + reason);
            });
    Engine.sweep();
    Leftovers.sweep();
    try {
      Path directory = Leftovers.createDirectory(spec.name());
      return start(spec, directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ClusterUnderTest start(ClusterSpec spec, Path directory) throws IOException {
    List<NodeContainer> containers = new ArrayList<>();
    try {
      Path distribution = directory.resolve("dist");
      Distribution.unpack(distribution);
      Path shared = share(directory);
      String image = Engine.nodeImage();
      ContainerNetwork net = ContainerNetwork.create();
      List<NodeLayout> layouts = new ArrayList<>();
      for (int node = 1; node <= spec.nodes(); node++) {
        NodeLayout layout = new NodeLayout(node, shared.resolve("node-" + node));
        layout.create();
        layouts.add(layout);
        containers.add(
            NodeContainer.start(layout, shared, image, net.network(), net.address(node)));
      }
      List<NodeNetwork> networks = containers.stream().map(NodeContainer::network).toList();
      for (NodeLayout layout : layouts) {
        LaunchScript.write(
            layout, spec, "/opt/quorate/bin/quorate-node", NodeCluster.members(networks));
      }
      return NodeCluster.start(
          spec,
          new NodeCluster.Parts(
              name(),
              directory,
              distribution.resolve("bin/quorate"),
              layouts,
              containers,
              impossible(),
              plug(net, containers)));
    } catch (RuntimeException | Error e) {
      containers.forEach(NodeContainer::release);
      Leftovers.remove(directory);
      throw e;
    }
  }

  /**
   * A directory whose later mounts are seen inside of the containers, and go with those outside.
   */
  private static Path share(Path directory) throws IOException {
    Path shared = Files.createDirectories(directory.resolve("nodes"));
    Resources.note(directory, Resources.Kind.MOUNT, shared.toString());
    Command.of("mount", "--bind", shared.toString(), shared.toString()).runSuccessfully();
    Command.of("mount", "--make-shared", shared.toString()).runSuccessfully();
    return shared;
  }

  private static Plug plug(ContainerNetwork net, List<NodeContainer> containers) {
    return new Plug() {
      @Override
      public void unplug(int node) {
        net.disconnect(containers.get(node - 1));
      }

      @Override
      public void plug(int node) {
        net.connect(containers.get(node - 1));
      }

      @Override
      public void release() {
        net.remove();
      }
    };
  }
}
