package io.quorate.raftqueue.store;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Whether publishers may go on: not too much under way on this node, and no node of the cluster
 * short of memory. Thread-safe.
 */
final class Budget {

  private final long limitBytes;
  private final AtomicLong inFlight = new AtomicLong();
  private final Set<Integer> alarms = ConcurrentHashMap.newKeySet();
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

  void alarm(int node, boolean on) {
    if (on) {
      alarms.add(node);
    } else if (alarms.remove(node)) {
      release();
    }
  }

  boolean alarmed(int node) {
    return alarms.contains(node);
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
