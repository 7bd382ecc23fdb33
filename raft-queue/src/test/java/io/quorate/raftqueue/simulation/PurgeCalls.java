package io.quorate.raftqueue.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Knows which messages a purge may have taken: those published before it, or at the same time. */
final class PurgeCalls {

  private static final class Call {
    final SimProcess process;
    final long start;
    long end = -1;
    boolean givenUp;

    Call(SimProcess process, long start) {
      this.process = process;
      this.start = start;
    }
  }

  private final Simulation sim;
  private final Map<Long, List<Call>> purges = new HashMap<>();
  private final Map<String, Long> submitted = new HashMap<>();

  PurgeCalls(Simulation sim) {
    this.sim = sim;
  }

  void publishing(String payload) {
    submitted.put(payload, sim.time().now());
  }

  /** Marks the beginning of a purge, and its end; one that is given up may still be done. */
  void watch(SimProcess process, long queue, CompletableFuture<Long> answer) {
    Call call = new Call(process, sim.time().now());
    purges.computeIfAbsent(queue, id -> new ArrayList<>()).add(call);
    answer.whenComplete(
        (count, failure) -> {
          call.end = sim.time().now();
          call.givenUp = failure != null;
        });
  }

  /** Published before the purge, or at the same time by another node. */
  boolean mayHaveTaken(Fate fate) {
    long at = submitted.getOrDefault(fate.payload, 0L);
    for (Call call : purges.getOrDefault(fate.queue, List.of())) {
      boolean same = fate.payload.startsWith(call.process + ".");
      if (call.givenUp || (same ? call.start > at : call.end < 0 || call.end > at)) {
        return true;
      }
    }
    return false;
  }
}
