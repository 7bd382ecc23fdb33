package io.quorate.chaos.sut.node;

import io.quorate.chaos.sut.Capability;
import io.quorate.chaos.sut.ClusterSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Writes the script that becomes a node's process: settings in, all output to the log. */
public final class LaunchScript {

  private LaunchScript() {}

  /**
   * Writes it.
   *
   * @param program {@code bin/quorate-node}, as the node sees it
   * @param members the setting {@code cluster.nodes}
   */
  public static void write(NodeLayout layout, ClusterSpec spec, String program, String members) {
    Map<String, String> environment = new TreeMap<>();
    spec.settings().forEach((name, value) -> environment.put(variable(name), value));
    environment.put(variable("cluster.name"), "chaos");
    environment.put(variable("cluster.nodes"), members);
    environment.put(variable("node.id"), "" + layout.node());
    environment.put(variable("bind.host"), "0.0.0.0");
    // The harness is not on the loopback of the node.
    environment.put(variable("amqp.loopback-users"), "");
    environment.put(variable("data.dir"), layout.data().toString());
    environment.put("QUORATE_HEAP", spec.heap());
    environment.put("QUORATE_JAVA_OPTS", spec.javaOptions());
    StringBuilder script = new StringBuilder("#!/bin/sh\n");
    script.append("echo $$ >'").append(layout.pid()).append("'\n");
    environment.forEach((name, value) -> export(script, name, value));
    if (spec.wanted().contains(Capability.CLOCK) && WallClock.obstacle().isEmpty()) {
      WallClock.environment(layout).forEach((name, value) -> export(script, name, value));
    }
    script
        .append("exec '")
        .append(program)
        .append("' >>'")
        .append(layout.log())
        .append("' 2>&1 </dev/null\n");
    try {
      Files.writeString(layout.script(), script);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void export(StringBuilder script, String name, String value) {
    script.append("export ").append(name).append("='").append(value).append("'\n");
  }

  private static String variable(String setting) {
    return "QUORATE_" + setting.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }
}
