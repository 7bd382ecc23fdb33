package io.quorate.node.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values of all settings, checked. Immutable. */
public final class Configuration {

  private record Value(String text, Object value, String source) {}

  private final Map<Setting<?>, Value> values;

  private Configuration(Map<Setting<?>, Value> values) {
    this.values = values;
  }

  /**
   * Reads the sources; a later one overrides an earlier one: defaults, file, environment, flags.
   *
   * @param file the configuration file, or null for none
   * @param environment all environment variables
   * @param flags settings by name, from the command line
   * @throws ConfigurationException if anything is unknown or invalid, with all that is
   */
  public static Configuration load(
      @Nullable Path file, Map<String, String> environment, Map<String, String> flags)
      throws ConfigurationException {
    Builder builder = new Builder();
    if (file != null) {
      ConfigurationFile.read(file, builder);
    }
    Environment.read(environment, builder);
    flags.forEach((name, text) -> builder.set(name, text, "command line"));
    return builder.build();
  }

  /** The value of a setting: as set, or its default. */
  @SuppressWarnings("unchecked") // put there by the setting's own parser
  public <T> T get(Setting<T> setting) {
    Value value = values.get(setting);
    return value == null ? setting.type().parse(setting.defaultText()) : (T) value.value;
  }

  /** Whether any source but the defaults has it. */
  public boolean isSet(Setting<?> setting) {
    return values.containsKey(setting);
  }

  /** "name = value (source)" for each setting that is not at its default; secrets hidden. */
  public List<String> describe() {
    List<String> lines = new ArrayList<>();
    for (Setting<?> setting : Settings.all()) {
      Value value = values.get(setting);
      if (value != null) {
        String shown = setting.secret() ? "(not shown)" : value.text;
        lines.add("%s = %s (%s)".formatted(setting.name(), shown, value.source));
      }
    }
    return lines;
  }

  /** The nodes of the cluster, this one included. */
  public List<NodeAddress> clusterNodes() {
    List<NodeAddress> nodes = get(Settings.CLUSTER_NODES);
    return nodes.isEmpty()
        ? List.of(
            new NodeAddress(
                get(Settings.NODE_ID), get(Settings.BIND_HOST), get(Settings.RAFT_PORT)))
        : nodes;
  }

  /** This node's entry among {@link #clusterNodes}. */
  public NodeAddress thisNode() {
    int id = get(Settings.NODE_ID);
    return clusterNodes().stream().filter(node -> node.id() == id).findFirst().orElseThrow();
  }

  /** The address that AMQP listens on. */
  public String amqpHost() {
    String host = get(Settings.AMQP_HOST);
    return host.isEmpty() ? get(Settings.BIND_HOST) : host;
  }

  /** Gathers values and problems from the sources. */
  static final class Builder {

    private final Map<Setting<?>, Value> values = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();

    void problem(String text) {
      problems.add(text);
    }

    void set(String name, String text, String source) {
      Setting<?> setting = Settings.named(name);
      if (setting == null) {
        List<String> names = Settings.all().stream().map(Setting::name).toList();
        problem(
            "%s: no setting is called '%s'.%s"
                .formatted(source, name, Suggestions.question(name, names)));
      } else {
        set(setting, text, source);
      }
    }

    void set(Setting<?> setting, String text, String source) {
      String trimmed = text.strip();
      try {
        values.put(setting, new Value(trimmed, setting.type().parse(trimmed), source));
      } catch (IllegalArgumentException e) {
        String shown = setting.secret() ? "(not shown)" : trimmed;
        problem("%s: %s = %s: %s".formatted(source, setting.name(), shown, e.getMessage()));
      }
    }

    Configuration build() throws ConfigurationException {
      Configuration configuration = new Configuration(Map.copyOf(values));
      if (problems.isEmpty()) {
        problems.addAll(Consistency.problems(configuration));
      }
      if (!problems.isEmpty()) {
        throw new ConfigurationException(problems);
      }
      return configuration;
    }
  }
}
