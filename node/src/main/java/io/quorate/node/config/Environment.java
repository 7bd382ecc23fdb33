package io.quorate.node.config;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Settings from environment variables. */
final class Environment {

  static final String PREFIX = "QUORATE_";

  /** Variables that the scripts around a node use; no settings. */
  private static final Set<String> OTHERS =
      Set.of("QUORATE_HOME", "QUORATE_HEAP", "QUORATE_JAVA_OPTS", "QUORATE_CONFIG");

  private Environment() {}

  /**
   * A variable that looks like a slip of a setting's name is a problem. One that resembles none is
   * left alone: the tools around a node have variables with this prefix too, and Kubernetes makes
   * its own for every service ({@code QUORATE_PORT_5672_TCP}).
   */
  static void read(Map<String, String> environment, Configuration.Builder builder) {
    Map<String, Setting<?>> byVariable =
        Settings.all().stream().collect(Collectors.toMap(Setting::environmentName, s -> s));
    for (Map.Entry<String, String> entry : new TreeMap<>(environment).entrySet()) {
      String variable = entry.getKey();
      if (!variable.startsWith(PREFIX) || OTHERS.contains(variable)) {
        continue;
      }
      Setting<?> setting = byVariable.get(variable);
      if (setting != null) {
        builder.set(setting, entry.getValue(), "environment variable " + variable);
      } else {
        List<String> suffixes =
            byVariable.keySet().stream().map(name -> name.substring(PREFIX.length())).toList();
        Suggestions.nearest(variable.substring(PREFIX.length()), suffixes)
            .ifPresent(
                near ->
                    builder.problem(
                        "environment variable %s: no such setting. Did you mean '%s%s'?"
                            .formatted(variable, PREFIX, near)));
      }
    }
  }
}
