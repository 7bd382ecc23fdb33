package io.quorate.chaos.check;

import io.quorate.chaos.check.Disturbances.Fault;
import io.quorate.chaos.history.Event;
import java.util.ArrayList;
import java.util.List;

/**
 * The moments at which nodes lost what was not forced to their disks, and the nodes whose files
 * were damaged.
 */
final class PowerCuts {

  private final List<Fault> cuts = new ArrayList<>();
  private final List<Fault> failures = new ArrayList<>();
  private final List<Fault> damages = new ArrayList<>();

  PowerCuts(List<Fault> faults) {
    for (Fault fault : faults) {
      String kind = fault.kind();
      if (kind.equals(Event.POWER_CUT) || (kind.startsWith("power") && !hasInner(fault, faults))) {
        cuts.add(fault);
      } else if (kind.startsWith("disk-")) {
        failures.add(fault);
      } else if (kind.startsWith("corrupt-")) {
        damages.add(fault);
      }
    }
  }

  /** Whether the history has the moment of a fault apart from its beginning. */
  private static boolean hasInner(Fault fault, List<Fault> faults) {
    return faults.stream()
        .anyMatch(
            inner ->
                inner.kind().equals(Event.POWER_CUT)
                    && inner.from() >= fault.from()
                    && inner.from() <= fault.to());
  }

  boolean any() {
    return !cuts.isEmpty();
  }

  /** Whether the power of a node went between two moments. */
  boolean between(int node, long before, long after) {
    return cuts.stream()
        .anyMatch(cut -> cut.nodes().contains(node) && before <= cut.from() && after >= cut.from());
  }

  /**
   * Whether what a node had may be gone.
   *
   * @param changed when it came to have it
   * @param seen when it was last seen to have it
   * @param now when it was seen to have something else
   * @param window how long it may take to force it
   */
  boolean mayForget(int node, long changed, long seen, long now, long window) {
    for (List<Fault> unforced : List.of(cuts, failures)) {
      for (Fault fault : unforced) {
        if (fault.nodes().contains(node)
            && changed >= fault.from() - window
            && changed <= fault.to()
            && seen <= fault.to()
            && now >= fault.from()) {
          return true;
        }
      }
    }
    return damages.stream()
        .anyMatch(
            fault -> fault.nodes().contains(node) && seen <= fault.to() && now >= fault.from());
  }
}
