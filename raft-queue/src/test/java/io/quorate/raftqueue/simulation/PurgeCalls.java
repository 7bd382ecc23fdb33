package io.quorate.raftqueue.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Knows which messages a purge may have taken: those published before it, or at the same time. */
final class PurgeCalls {

  private record Call(SimProcess process, long start, long[] end) {}

  private final Simulation sim;
  private final Map<Long, List<Call>> purges = new HashMap<>();
  private final Map<String, Long> submitted = new HashMap<>();

  PurgeCalls(Simulation sim) {
    this.sim = sim;
  }

  void publishing(String payload) {
    submitted.put(payload, sim.time().now());
  }

  /** Marks the beginning of a purge; the answer is to be called when it is done. */
  Runnable begin(SimProcess process, long queue) {
    Call call = new Call(process, sim.time().now(), new long[] {-1});
    purges.computeIfAbsent(queue, id -> new ArrayList<>()).add(call);
    return () -> call.end()[0] = sim.time().now();
  }

  /** Published before the purge, or at the same time by another node. */
  boolean mayHaveTaken(Fate fate) {
    long at = submitted.getOrDefault(fate.payload, 0L);
    for (Call call : purges.getOrDefault(fate.queue, List.of())) {
      boolean same = fate.payload.startsWith(call.process() + ".");
      if (same ? call.start() > at : call.end()[0] < 0 || call.end()[0] > at) {
        return true;
      }
    }
    return false;
  }
}
