package io.quorate.node.lifecycle;

import io.quorate.node.http.Page;
import io.quorate.raftqueue.api.ClusterStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether a node lives and whether it serves. STARTING → SERVING → STOPPING, or STARTING →
 * STOPPING. Thread-safe.
 */
public final class Health {

  private enum Phase {
    STARTING,
    SERVING,
    STOPPING
  }

  private record Store(BooleanSupplier ready, ClusterStatus status) {}

  private volatile Phase phase = Phase.STARTING;
  private volatile @Nullable Store store;

  /** The store is open: from now on its state counts. */
  public void storeOpened(BooleanSupplier ready, ClusterStatus status) {
    store = new Store(ready, status);
  }

  /** Clients can connect. */
  public void serving() {
    phase = Phase.SERVING;
  }

  public void stopping() {
    phase = Phase.STOPPING;
  }

  /** Whether clients can connect and every group has a leader. */
  public boolean isReady() {
    return missing().isEmpty();
  }

  /** 200 as long as the process answers. */
  public Page livePage() {
    return Page.text(200, "live");
  }

  /** 200, or 503 with a line for each thing that is missing. */
  public Page readyPage() {
    List<String> missing = missing();
    return missing.isEmpty()
        ? Page.text(200, "ready")
        : Page.text(503, "not ready\n" + String.join("\n", missing));
  }

  /** What is missing, a line each; empty if the node is ready. */
  public List<String> missing() {
    List<String> missing = new ArrayList<>();
    switch (phase) {
      case STOPPING -> missing.add("the node is stopping");
      case STARTING -> {
        missing.addAll(missingFromStore());
        if (missing.isEmpty()) {
          missing.add("the node is starting: the AMQP port is not open yet");
        }
      }
      case SERVING -> missing.addAll(missingFromStore());
    }
    return missing;
  }

  /** What the store lacks, a line each; empty if it is ready. */
  public List<String> missingFromStore() {
    Store current = store;
    if (current == null) {
      return List.of("the store is being opened");
    }
    if (current.ready.getAsBoolean()) {
      return List.of();
    }
    List<String> missing = new ArrayList<>();
    for (ClusterStatus.Group group : current.status.groups()) {
      if (group.leader() == null) {
        missing.add(
            "%s has no leader that this node knows, its replicas are on nodes %s"
                .formatted(name(group), group.members()));
      } else if (group.appliedIndex() < group.commitIndex()) {
        missing.add(
            "%s is catching up: %d of %d entries applied"
                .formatted(name(group), group.appliedIndex(), group.commitIndex()));
      }
    }
    for (ClusterStatus.Node node : current.status.nodes()) {
      if (!node.reachable() && !missing.isEmpty()) {
        missing.add(
            "node %d at %s:%d cannot be reached"
                .formatted(node.id(), node.host(), node.raftPort()));
      }
    }
    return missing.isEmpty() ? List.of("the store is starting") : missing;
  }

  private static String name(ClusterStatus.Group group) {
    return group.id() < 0 ? "the metadata group" : "shard " + group.id();
  }
}
