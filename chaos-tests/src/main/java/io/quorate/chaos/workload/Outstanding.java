package io.quorate.chaos.workload;

import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.EventType;
import io.quorate.chaos.history.HistoryWriter;
import io.quorate.chaos.history.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/** The publishes of one channel that are neither confirmed nor given up. Thread-safe. */
final class Outstanding {

  private final HistoryWriter history;
  private final int window;

  /** Operations by the sequence number of their confirms. */
  private final TreeMap<Long, Long> operations = new TreeMap<>();

  private boolean over;

  Outstanding(HistoryWriter history, int window) {
    this.history = history;
    this.window = window;
  }

  /** Waits until fewer than the window are out; false if there are still as many after a while. */
  synchronized boolean awaitRoom(long millis) throws InterruptedException {
    if (operations.size() >= window) {
      wait(millis);
    }
    return operations.size() < window;
  }

  synchronized void begin(long sequence, long operation) {
    if (!over) {
      operations.put(sequence, operation);
    }
  }

  void confirmed(long sequence, boolean multiple) {
    take(sequence, multiple)
        .forEach(op -> history.record(Event.of(EventType.OK, Kind.PUBLISH, op)));
  }

  /** The broker says that it could not handle it: it may be there all the same. */
  void refused(long sequence, boolean multiple) {
    take(sequence, multiple)
        .forEach(
            op -> history.record(Event.of(EventType.INFO, Kind.PUBLISH, op).detail("refused")));
  }

  private synchronized List<Long> take(long sequence, boolean multiple) {
    Collection<Long> settled =
        multiple
            ? operations.headMap(sequence, true).values()
            : operations.subMap(sequence, true, sequence, true).values();
    List<Long> taken = new ArrayList<>(settled);
    settled.clear();
    notifyAll();
    return taken;
  }

  synchronized boolean isEmpty() {
    return operations.isEmpty();
  }

  /** The channel has ended. */
  void unknown() {
    List<Long> left;
    synchronized (this) {
      over = true;
      left = new ArrayList<>(operations.values());
      operations.clear();
      notifyAll();
    }
    left.forEach(op -> history.record(Event.of(EventType.INFO, Kind.PUBLISH, op)));
  }
}
