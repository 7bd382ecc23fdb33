package io.quorate.chaos.sut;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a run wants its cluster to be.
 *
 * @param name stands in the names of its directories; letters, digits and dashes
 * @param nodes how many, 1 to 9
 * @param settings settings of every node as docs/configuration.md names them
 * @param heap of each node, as the JVM takes it: {@code 512m}
 * @param wanted what will be done to it; a provider prepares nothing else, and of this what it can
 * @param javaOptions further options for the JVM of each node, such as an agent
 */
public record ClusterSpec(
    String name,
    int nodes,
    Map<String, String> settings,
    String heap,
    Set<Capability> wanted,
    String javaOptions) {

  /**
   * Their disks are small, and a disk that is full shall be full: publishers do not wait before it.
   */
  private static final Map<String, String> SMALL_DISKS = Map.of("store.disk-free-limit", "0");

  /** Three nodes that share a small machine with their clients. */
  public static ClusterSpec named(String name, Set<Capability> wanted) {
    return new ClusterSpec(name, 3, SMALL_DISKS, "384m", wanted, "");
  }

  public ClusterSpec with(String setting, String value) {
    Map<String, String> more = new TreeMap<>(settings);
    more.put(setting, value);
    return new ClusterSpec(name, nodes, Map.copyOf(more), heap, wanted, javaOptions);
  }

  public ClusterSpec withJavaOptions(String options) {
    return new ClusterSpec(name, nodes, settings, heap, wanted, options);
  }
}
