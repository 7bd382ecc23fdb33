package io.quorate.chaos.sut.node;

import io.quorate.chaos.cluster.Admin;
import io.quorate.chaos.cluster.AdminApi;
import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.cluster.Leftovers;
import io.quorate.chaos.cluster.Resources;
import io.quorate.chaos.sut.Capability;
import io.quorate.chaos.sut.ClusterSpec;
import io.quorate.chaos.sut.ClusterUnderTest;
import io.quorate.chaos.sut.DiskControl;
import io.quorate.chaos.sut.Figures;
import io.quorate.chaos.sut.NetworkControl;
import io.quorate.chaos.sut.network.LinuxNetwork;
import io.quorate.chaos.sut.network.NodeNetwork;
import io.quorate.chaos.sut.network.Plug;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A cluster whose nodes have an address and a network namespace each, put together of what a
 * provider brings: something to run processes in. Everything else is the same for all of them.
 */
public final class NodeCluster implements ClusterUnderTest {

  private static final Duration READY_LIMIT = Duration.ofMinutes(3);
  private static final Duration LEADER_LIMIT = Duration.ofSeconds(30);
  private static final int AMQP_PORT = 5672;
  private static final int RAFT_PORT = 6671;
  private static final int ADMIN_PORT = 7671;
  private static final int HTTP_PORT = 15692;

  /**
   * What a provider brings.
   *
   * @param provider its name
   * @param directory of this cluster, from {@link Leftovers#createDirectory}; deleted in the end
   * @param program {@code bin/quorate} on this machine
   * @param impossible the capabilities that are not there, with the reason
   * @param plug how links are taken away
   */
  public record Parts(
      String provider,
      Path directory,
      Path program,
      List<NodeLayout> layouts,
      Collection<? extends NodeRuntime> runtimes,
      Map<Capability, String> impossible,
      Plug plug) {}

  private final ClusterSpec spec;
  private final Parts parts;
  private final NodeControl nodes;
  private final LinuxNetwork network;
  private final @Nullable NodeDisks disks;
  private final Set<Capability> capabilities;
  private final Thread atExit = new Thread(this::release, "cluster-down");

  private NodeCluster(ClusterSpec spec, Parts parts) {
    this.spec = spec;
    this.parts = parts;
    this.nodes = new NodeControl(parts.runtimes());
    this.network =
        new LinuxNetwork(
            parts.runtimes().stream().map(NodeRuntime::network).toList(), parts.plug());
    this.capabilities = EnumSet.of(Capability.PROCESS, Capability.FILES, Capability.NETWORK);
    capabilities.addAll(spec.wanted());
    capabilities.removeAll(parts.impossible().keySet());
    this.disks =
        capabilities.contains(Capability.DISK) ? new NodeDisks(parts.layouts(), nodes) : null;
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** Starts the nodes and waits until they are ready; if that fails, nothing is left of it. */
  public static NodeCluster start(ClusterSpec spec, Parts parts) {
    NodeCluster cluster = new NodeCluster(spec, parts);
    try {
      cluster.prepare();
      cluster.start(cluster.nodes().toArray(Integer[]::new));
      cluster.awaitReady();
      return cluster;
    } catch (RuntimeException | Error e) {
      e.addSuppressed(new IllegalStateException(cluster.ends()));
      cluster.close();
      throw e;
    }
  }

  /** The setting {@code cluster.nodes} for nodes with these addresses. */
  public static String members(Collection<NodeNetwork> networks) {
    return networks.stream()
        .map(node -> node.node() + "@" + node.address() + ":" + RAFT_PORT)
        .collect(Collectors.joining(","));
  }

  private void prepare() {
    if (disks != null) {
      for (NodeLayout layout : parts.layouts()) {
        Resources.note(parts.directory(), Resources.Kind.MOUNT, layout.disk().toString());
      }
      disks.create();
    }
    if (capabilities.contains(Capability.PROXY)) {
      network.addProxies(RAFT_PORT);
    }
  }

  private String ends() {
    StringBuilder text = new StringBuilder();
    for (int node : nodes()) {
      try {
        String all = Files.readString(log(node));
        text.append("node ").append(node).append(" printed in the end:\n");
        text.append(all.substring(Math.max(0, all.length() - 2000))).append('\n');
      } catch (IOException e) {
        text.append("node ").append(node).append(" has printed nothing\n");
      }
    }
    return text.toString();
  }

  @Override
  public String provider() {
    return parts.provider();
  }

  @Override
  public List<Integer> nodes() {
    return nodes.numbers();
  }

  private String address(int node) {
    return nodes.get(node).network().address();
  }

  @Override
  public String amqpUri(int node) {
    return "amqp://guest:guest@" + address(node) + ":" + AMQP_PORT + "/%2f";
  }

  @Override
  public Admin admin(Integer... asked) {
    List<Integer> list = asked.length == 0 ? nodes() : List.of(asked);
    return new Admin(
        parts.program(),
        list.stream()
            .map(node -> address(node) + ":" + ADMIN_PORT)
            .collect(Collectors.joining(",")));
  }

  private NodeHttp http(int node) {
    return new NodeHttp(address(node) + ":" + HTTP_PORT);
  }

  @Override
  public Figures figures(int node) {
    return http(node).figures();
  }

  @Override
  public boolean isReady(int node) {
    return http(node).isReady();
  }

  @Override
  public boolean isRunning(int node) {
    return nodes.get(node).isRunning();
  }

  @Override
  public OptionalInt exitCode(int node) {
    return nodes.get(node).exitCode();
  }

  @Override
  public void awaitReady() {
    for (int node : nodes()) {
      Await.until(
          "node " + node + " is ready",
          READY_LIMIT,
          () -> isReady(node),
          () -> isRunning(node) ? "it runs" : "its process is gone");
    }
  }

  @Override
  public int leaderOf(String queue) {
    int[] leader = new int[1];
    Await.until(
        "a leader of " + queue,
        LEADER_LIMIT,
        () -> nodes().stream().anyMatch(node -> (leader[0] = leaderOf(queue, node)) != 0));
    return leader[0];
  }

  /** As one node says, over the admin API: a command line is a JVM, too slow on a busy machine. */
  private int leaderOf(String queue, int asked) {
    try (AdminApi node = new AdminApi(admin(asked).endpoints())) {
      return node.queues().stream()
          .filter(seen -> seen.name().equals(queue))
          .mapToInt(AdminApi.QueueSeen::leader)
          .findFirst()
          .orElse(0);
    } catch (AdminApi.Refused e) {
      return 0;
    }
  }

  @Override
  public void kill(Integer... killed) {
    nodes.kill(killed);
  }

  @Override
  public void stop(Integer... stopped) {
    nodes.stop(stopped);
  }

  @Override
  public void start(Integer... started) {
    nodes.start(started);
  }

  @Override
  public void pause(Integer... frozen) {
    nodes.signal("STOP", frozen);
  }

  @Override
  public void resume(Integer... resumed) {
    nodes.signal("CONT", resumed);
  }

  private NodeLayout layout(int node) {
    return parts.layouts().stream()
        .filter(layout -> layout.node() == node)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no node " + node));
  }

  @Override
  public Path log(int node) {
    return layout(node).log();
  }

  @Override
  public Path data(int node) {
    return layout(node).data();
  }

  @Override
  public Map<String, String> settings() {
    return spec.settings();
  }

  @Override
  public Set<Capability> capabilities() {
    return Set.copyOf(capabilities);
  }

  @Override
  public Map<Capability, String> impossible() {
    return parts.impossible();
  }

  @Override
  public NetworkControl network() {
    return network;
  }

  @Override
  public DiskControl disks() {
    if (disks == null) {
      throw new IllegalStateException("the nodes of this cluster have no disks of their own");
    }
    return disks;
  }

  @Override
  public void setClock(int node, long offsetSeconds) {
    if (!capabilities.contains(Capability.CLOCK)) {
      throw new IllegalStateException("the clocks of this cluster cannot be moved");
    }
    WallClock.set(layout(node), Duration.ofSeconds(offsetSeconds));
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      return; // This process ends: the hook does it.
    }
    release();
  }

  private void release() {
    network.close();
    nodes.release();
    parts.plug().release();
    Leftovers.remove(parts.directory());
  }
}
