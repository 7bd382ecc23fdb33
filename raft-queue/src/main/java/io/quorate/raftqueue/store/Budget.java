package io.quorate.raftqueue.store;

import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Whether publishers may go on: not too much under way on this node, and no node of the cluster
 * short of memory or disk. Thread-safe.
 */
final class Budget {

  private final long limitBytes;
  private final AtomicLong inFlight = new AtomicLong();

  /** Never an empty set. */
  private final Map<Integer, Set<Alarm>> alarms = new ConcurrentHashMap<>();

  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private volatile boolean anyWaiting;

  Budget(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  void add(long bytes) {
    long now = inFlight.addAndGet(bytes);
    if (bytes < 0 && anyWaiting && now < limitBytes) {
      release();
    }
  }

  long inFlightBytes() {
    return inFlight.get();
  }

  /** One alarm of a node goes on or off; its others stay. */
  void alarm(int node, Alarm alarm, boolean on) {
    alarms.compute(
        node,
        (id, before) -> {
          Set<Alarm> now = EnumSet.noneOf(Alarm.class);
          now.addAll(before == null ? Set.of() : before);
          if (on) {
            now.add(alarm);
          } else {
            now.remove(alarm);
          }
          return now.isEmpty() ? null : now;
        });
    release();
  }

  /** All alarms of a node, as it says itself. */
  void alarms(int node, Set<Alarm> all) {
    if (all.isEmpty()) {
      alarms.remove(node);
      release();
    } else {
      alarms.put(node, EnumSet.copyOf(all));
    }
  }

  Set<Alarm> alarms(int node) {
    return alarms.getOrDefault(node, Set.of());
  }

  /** Why publishers wait, for their users. */
  String reason() {
    return alarms.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(node -> "node " + node.getKey() + " is " + Alarm.text(node.getValue()))
        .findFirst()
        .orElse("the store takes no more messages for now");
  }

  boolean isOpen() {
    return alarms.isEmpty() && inFlight.get() < limitBytes;
  }

  void whenOpen(Runnable task) {
    synchronized (waiting) {
      waiting.add(task);
      anyWaiting = true;
    }
    if (isOpen()) {
      release();
    }
  }

  private void release() {
    while (isOpen()) {
      Runnable task;
      synchronized (waiting) {
        task = waiting.poll();
        anyWaiting = !waiting.isEmpty();
      }
      if (task == null) {
        return;
      }
      task.run();
    }
  }
}
