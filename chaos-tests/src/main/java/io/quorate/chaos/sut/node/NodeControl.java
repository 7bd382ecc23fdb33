package io.quorate.chaos.sut.node;

import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.sut.Together;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Starts, kills and freezes the processes of nodes. */
final class NodeControl {

  private static final Duration GONE_LIMIT = Duration.ofSeconds(20);

  /** A node hands over, writes snapshots, and gives up by itself long before. */
  private static final Duration STOP_LIMIT = Duration.ofMinutes(1);

  private final Map<Integer, NodeRuntime> runtimes = new TreeMap<>();

  NodeControl(Collection<? extends NodeRuntime> runtimes) {
    runtimes.forEach(runtime -> this.runtimes.put(runtime.node(), runtime));
  }

  List<Integer> numbers() {
    return List.copyOf(runtimes.keySet());
  }

  NodeRuntime get(int node) {
    NodeRuntime runtime = runtimes.get(node);
    if (runtime == null) {
      throw new IllegalArgumentException("there is no node " + node);
    }
    return runtime;
  }

  void kill(Integer... nodes) {
    end("KILL", GONE_LIMIT, nodes);
  }

  void stop(Integer... nodes) {
    end("TERM", STOP_LIMIT, nodes);
  }

  private void end(String signal, Duration limit, Integer... nodes) {
    signal(signal, nodes);
    for (int node : nodes) {
      Await.until("node " + node + " is gone", limit, () -> !get(node).isRunning());
    }
  }

  void start(Integer... nodes) {
    Together.each(
        chosen(nodes).stream().filter(runtime -> !runtime.isRunning()).toList(),
        NodeRuntime::launch);
  }

  void signal(String name, Integer... nodes) {
    Together.each(chosen(nodes), runtime -> runtime.signal(name));
  }

  void release() {
    Together.each(runtimes.values(), NodeRuntime::release);
  }

  private List<NodeRuntime> chosen(Integer... nodes) {
    List<NodeRuntime> chosen = new ArrayList<>();
    for (int node : nodes) {
      chosen.add(get(node));
    }
    return chosen;
  }
}
