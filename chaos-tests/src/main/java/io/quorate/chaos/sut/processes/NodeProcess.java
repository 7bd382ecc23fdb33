package io.quorate.chaos.sut.processes;

import io.quorate.chaos.cluster.Command;
import io.quorate.chaos.sut.network.NodeNetwork;
import io.quorate.chaos.sut.node.NodeLayout;
import io.quorate.chaos.sut.node.NodeRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** A node as a process of this machine in a network namespace. */
final class NodeProcess implements NodeRuntime {

  private final NodeLayout layout;
  private final NodeNetwork network;
  private @Nullable Process process;

  NodeProcess(NodeLayout layout, NodeNetwork network) {
    this.layout = layout;
    this.network = network;
  }

  @Override
  public int node() {
    return layout.node();
  }

  @Override
  public NodeNetwork network() {
    return network;
  }

  @Override
  public synchronized void launch() {
    List<String> line = new ArrayList<>(network.namespace().enter());
    // Each of these becomes the next, so the process is the node's in the end.
    line.addAll(List.of("sh", layout.script().toString()));
    try {
      process =
          new ProcessBuilder(line)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(layout.log().toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public synchronized void signal(String name) {
    if (process != null && process.isAlive()) {
      Command.of("kill", "-" + name, "" + process.pid()).run();
    }
  }

  @Override
  public synchronized boolean isRunning() {
    return process != null && process.isAlive();
  }

  @Override
  public synchronized OptionalInt exitCode() {
    return process == null || process.isAlive()
        ? OptionalInt.empty()
        : OptionalInt.of(process.exitValue());
  }

  @Override
  public synchronized void release() {
    if (process != null) {
      process.destroyForcibly().onExit().join();
    }
  }
}
