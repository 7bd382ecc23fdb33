package io.quorate.chaos.sut.processes;

import io.quorate.chaos.cluster.Distribution;
import io.quorate.chaos.cluster.Leftovers;
import io.quorate.chaos.sut.Capability;
import io.quorate.chaos.sut.ClusterSpec;
import io.quorate.chaos.sut.ClusterUnderTest;
import io.quorate.chaos.sut.Machine;
import io.quorate.chaos.sut.Provider;
import io.quorate.chaos.sut.node.LaunchScript;
import io.quorate.chaos.sut.node.NodeCluster;
import io.quorate.chaos.sut.node.NodeLayout;
import io.quorate.chaos.sut.node.WallClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Nodes as processes of this machine. As root each has a network namespace, so that everything can
 * be done to it; otherwise they run on loopback and can only be killed, frozen, and their files
 * damaged.
 */
public final class ProcessesProvider implements Provider {

  private static final String[] NETWORK_PROGRAMS = {"ip", "iptables", "nsenter", "tc"};
  private static final String[] DISK_PROGRAMS = {"mkfs.ext4", "mount", "umount", "fallocate"};

  @Override
  public String name() {
    return "processes";
  }

  @Override
  public Optional<String> obstacle() {
    return Optional.empty();
  }

  @Override
  public Map<Capability, String> impossible() {
    Map<Capability, String> impossible = new EnumMap<>(Capability.class);
    Optional<String> noNetwork = Machine.obstacle(NETWORK_PROGRAMS);
    noNetwork.ifPresent(
        reason -> {
          for (Capability capability : Capability.values()) {
            if (capability != Capability.PROCESS && capability != Capability.FILES) {
              impossible.put(capability, reason);
            }
          }
        });
    Machine.obstacle(DISK_PROGRAMS)
        .ifPresent(reason -> impossible.putIfAbsent(Capability.DISK, reason));
    WallClock.obstacle().ifPresent(reason -> impossible.putIfAbsent(Capability.CLOCK, reason));
    return impossible;
  }

  @Override
  public ClusterUnderTest start(ClusterSpec spec) {
    return impossible().containsKey(Capability.NETWORK)
        ? LoopbackCluster.start(spec, impossible())
        : startInNamespaces(spec);
  }

  private ClusterUnderTest startInNamespaces(ClusterSpec spec) {
    Leftovers.sweep();
    Path directory;
    try {
      directory = Leftovers.createDirectory(spec.name());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      Path distribution = directory.resolve("dist");
      Distribution.unpack(distribution);
      Switch net = Switch.create(directory, spec.nodes());
      List<NodeLayout> layouts = new ArrayList<>();
      List<NodeProcess> processes = new ArrayList<>();
      for (int node = 1; node <= spec.nodes(); node++) {
        NodeLayout layout = new NodeLayout(node, directory.resolve("nodes/node-" + node));
        layout.create();
        LaunchScript.write(
            layout,
            spec,
            distribution.resolve("bin/quorate-node").toString(),
            NodeCluster.members(net.nodes()));
        layouts.add(layout);
        processes.add(new NodeProcess(layout, net.node(node)));
      }
      return NodeCluster.start(
          spec,
          new NodeCluster.Parts(
              name(),
              directory,
              distribution.resolve("bin/quorate"),
              layouts,
              processes,
              impossible(),
              net));
    } catch (RuntimeException | Error e) {
      Leftovers.remove(directory);
      throw e;
    }
  }
}
