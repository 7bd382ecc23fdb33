package io.quorate.chaos.cluster;

import java.util.HashMap;
import java.util.Map;

/**
 * What a test wants its cluster to be.
 *
 * @param name stands in the names of its directories and logs
 * @param nodes how many, 1 to 9
 * @param settings settings of every node as the documentation names them, such as {@code
 *     snapshot.bytes}
 */
public record ClusterOptions(String name, int nodes, Map<String, String> settings) {

  public static ClusterOptions named(String name) {
    return new ClusterOptions(name, 3, Map.of());
  }

  public ClusterOptions withNodes(int count) {
    return new ClusterOptions(name, count, settings);
  }

  public ClusterOptions with(String setting, String value) {
    Map<String, String> more = new HashMap<>(settings);
    more.put(setting, value);
    return new ClusterOptions(name, nodes, Map.copyOf(more));
  }

  /**
   * Nodes whose whole heap is resident from the start, so that what is beside it can be measured.
   */
  public ClusterOptions preTouched() {
    return withJavaOptions("-XX:+AlwaysPreTouch");
  }

  /** Further options for the JVM of each node; instead of those given before. */
  public ClusterOptions withJavaOptions(String options) {
    return with("java.opts", options);
  }

  /** The settings as the environment variables that nodes read. */
  Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    // Three nodes, clients and the tests share a small machine.
    environment.put("QUORATE_HEAP", "512m");
    settings.forEach(
        (setting, value) ->
            environment.put(
                "QUORATE_"
                    + setting
                        .toUpperCase(java.util.Locale.ROOT)
                        .replace('.', '_')
                        .replace('-', '_'),
                value));
    return environment;
  }
}
