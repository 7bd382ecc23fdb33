package io.quorate.chaos.sut.processes;

import io.quorate.chaos.cluster.Admin;
import io.quorate.chaos.cluster.ClusterOptions;
import io.quorate.chaos.cluster.LocalCluster;
import io.quorate.chaos.sut.Capability;
import io.quorate.chaos.sut.ClusterSpec;
import io.quorate.chaos.sut.ClusterUnderTest;
import io.quorate.chaos.sut.DiskControl;
import io.quorate.chaos.sut.Figures;
import io.quorate.chaos.sut.NetworkControl;
import io.quorate.chaos.sut.node.NodeHttp;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/** A cluster on loopback, run by the launcher: what anybody may do, not only root. */
final class LoopbackCluster implements ClusterUnderTest {

  private final LocalCluster cluster;
  private final ClusterSpec spec;
  private final Map<Capability, String> impossible;

  private LoopbackCluster(
      LocalCluster cluster, ClusterSpec spec, Map<Capability, String> impossible) {
    this.cluster = cluster;
    this.spec = spec;
    this.impossible = impossible;
  }

  static LoopbackCluster start(ClusterSpec spec, Map<Capability, String> impossible) {
    ClusterOptions options =
        new ClusterOptions(spec.name(), spec.nodes(), spec.settings())
            .withJavaOptions(spec.javaOptions());
    return new LoopbackCluster(LocalCluster.start(options), spec, impossible);
  }

  @Override
  public String provider() {
    return "processes";
  }

  @Override
  public List<Integer> nodes() {
    return cluster.nodes();
  }

  @Override
  public String amqpUri(int node) {
    return cluster.amqpUri(node);
  }

  @Override
  public Admin admin(Integer... nodes) {
    return cluster.admin(nodes);
  }

  private NodeHttp http(int node) {
    return new NodeHttp("127.0.0.1:" + cluster.ports().http(node));
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
    return cluster.isRunning(node);
  }

  @Override
  public OptionalInt exitCode(int node) {
    return OptionalInt.empty(); // The launcher is gone before the node is.
  }

  @Override
  public void awaitReady() {
    cluster.awaitReady();
  }

  @Override
  public int leaderOf(String queue) {
    return cluster.leaderOf(queue);
  }

  @Override
  public void kill(Integer... nodes) {
    cluster.kill(nodes);
  }

  @Override
  public void stop(Integer... nodes) {
    cluster.stop(nodes);
  }

  @Override
  public void start(Integer... nodes) {
    cluster.start(nodes);
  }

  @Override
  public void pause(Integer... nodes) {
    cluster.pause(nodes);
  }

  @Override
  public void resume(Integer... nodes) {
    cluster.resume(nodes);
  }

  @Override
  public Path log(int node) {
    return cluster.logs().of(node);
  }

  @Override
  public Path data(int node) {
    return cluster.data().resolve("node-" + node).resolve("data");
  }

  @Override
  public Map<String, String> settings() {
    return spec.settings();
  }

  @Override
  public Set<Capability> capabilities() {
    return Set.of(Capability.PROCESS, Capability.FILES);
  }

  @Override
  public Map<Capability, String> impossible() {
    return impossible;
  }

  @Override
  public NetworkControl network() {
    throw new IllegalStateException("the network of a cluster on loopback cannot be changed");
  }

  @Override
  public DiskControl disks() {
    throw new IllegalStateException("the nodes of a cluster on loopback share a disk");
  }

  @Override
  public void setClock(int node, long offsetSeconds) {
    throw new IllegalStateException("the clocks of a cluster on loopback cannot be moved");
  }

  @Override
  public void close() {
    cluster.close();
  }
}
