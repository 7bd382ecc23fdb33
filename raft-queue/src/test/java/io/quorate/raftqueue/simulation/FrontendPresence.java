package io.quorate.raftqueue.simulation;

import java.util.Map;
import java.util.TreeMap;

/** How long each node's frontends have been without the leader. */
final class FrontendPresence {

  private static final class Presence {
    Object port = new Object();
    long detachedAt = -1;
    long lastLost = -1;
  }

  private final Simulation sim;
  private final Map<Integer, Presence> presence = new TreeMap<>();

  FrontendPresence(Simulation sim) {
    this.sim = sim;
  }

  private Presence of(int node) {
    return presence.computeIfAbsent(node, id -> new Presence());
  }

  void leaderChanged() {
    presence.values().forEach(p -> p.detachedAt = -1);
  }

  void attached(SimProcess process, Object port) {
    Presence of = of(process.id());
    if (graceOver(of)) {
      of.lastLost = sim.time().now();
    }
    of.detachedAt = -1;
    of.port = port;
  }

  void portClosed(SimLink port) {
    Presence of = of(port.from().id());
    if (of.port == port && of.detachedAt < 0) {
      of.detachedAt = sim.time().now();
    }
  }

  /** Whether the leader may have taken it away, since its node was away for too long. */
  boolean lost(Hold hold) {
    Presence of = of(hold.process.id());
    return of.lastLost >= hold.since || graceOver(of);
  }

  private boolean graceOver(Presence of) {
    return of.detachedAt >= 0
        && sim.time().now() - of.detachedAt >= Simulation.SETTINGS.detachGraceMs() * 900L;
  }
}
