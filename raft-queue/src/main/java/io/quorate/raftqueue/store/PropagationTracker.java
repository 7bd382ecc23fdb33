package io.quorate.raftqueue.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The metadata leader's watch over who has applied what: a change is answered when all reachable
 * nodes have it. A node that is connected but does not keep up holds answers back for a bounded
 * time, and only once until it has caught up. Thread-safe.
 */
final class PropagationTracker {

  private final Supplier<Set<Integer>> reachable;
  private final ScheduledExecutorService timer;
  private final long patienceMs;
  private final Map<Integer, Long> applied = new HashMap<>();
  private final TreeMap<Long, List<Runnable>> waiting = new TreeMap<>();
  private final Set<Integer> lagging = new HashSet<>();

  /**
   * @param reachable the nodes that count now, this one included
   */
  PropagationTracker(
      Supplier<Set<Integer>> reachable, ScheduledExecutorService timer, long patienceMs) {
    this.reachable = reachable;
    this.timer = timer;
    this.patienceMs = patienceMs;
  }

  /** Has {@code known} run when all reachable nodes have applied the entry at {@code index}. */
  void await(long index, Runnable known) {
    synchronized (this) {
      waiting.computeIfAbsent(index, key -> new ArrayList<>(1)).add(known);
    }
    timer.schedule(() -> giveUp(index), patienceMs, TimeUnit.MILLISECONDS);
  }

  void applied(int node, long index) {
    synchronized (this) {
      applied.merge(node, index, Math::max);
      if (waiting.isEmpty() || index >= waiting.lastKey()) {
        lagging.remove(node);
      }
    }
    release();
  }

  /** The set of reachable nodes has changed. */
  void reachabilityChanged() {
    release();
  }

  synchronized void clear() {
    waiting.clear();
    lagging.clear();
  }

  private void giveUp(long index) {
    synchronized (this) {
      if (!waiting.containsKey(index)) {
        return;
      }
      for (int node : reachable.get()) {
        if (applied.getOrDefault(node, -1L) < index) {
          lagging.add(node);
        }
      }
    }
    release();
  }

  private void release() {
    List<Runnable> ready = new ArrayList<>();
    synchronized (this) {
      if (waiting.isEmpty()) {
        return;
      }
      long everywhere = Long.MAX_VALUE;
      for (int node : reachable.get()) {
        if (!lagging.contains(node)) {
          everywhere = Math.min(everywhere, applied.getOrDefault(node, -1L));
        }
      }
      Iterator<Map.Entry<Long, List<Runnable>>> entries = waiting.entrySet().iterator();
      while (entries.hasNext()) {
        Map.Entry<Long, List<Runnable>> entry = entries.next();
        if (entry.getKey() > everywhere) {
          break;
        }
        ready.addAll(entry.getValue());
        entries.remove();
      }
    }
    ready.forEach(Runnable::run);
  }
}
