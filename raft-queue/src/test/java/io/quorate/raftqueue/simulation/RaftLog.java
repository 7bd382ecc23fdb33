package io.quorate.raftqueue.simulation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a member has on its disk: term, log and latest snapshot. Survives crashes. */
final class RaftLog {

  /**
   * @param bytes null for the entry with which a leader begins
   * @param member who proposed it, to find its context again
   */
  record Entry(
      long term,
      long index,
      byte @Nullable [] bytes,
      @Nullable Object context,
      long epoch,
      @Nullable Object member) {}

  /**
   * @param attachments a directory
   */
  record Snapshot(Path file, Path attachments, long term, long index) {}

  private final List<Entry> entries = new ArrayList<>();
  private long first = 1;
  private long flushed;

  /** The term of the entry before the first. */
  private long purgedTerm;

  private @Nullable Snapshot snapshot;
  long term;

  long last() {
    return first + entries.size() - 1;
  }

  long first() {
    return first;
  }

  long flushed() {
    return flushed;
  }

  @Nullable Snapshot snapshot() {
    return snapshot;
  }

  Entry get(long index) {
    return entries.get((int) (index - first));
  }

  /** The term of the entry at an index, or -1 if it is not known. */
  long termAt(long index) {
    if (index == first - 1) {
      return purgedTerm;
    }
    Snapshot covered = snapshot;
    if (covered != null && covered.index() == index) {
      return covered.term();
    }
    return index < first || index > last() ? -1 : get(index).term();
  }

  void append(Entry entry) {
    if (entry.index() != last() + 1) {
      throw new AssertionError("the model's log has a gap at " + entry.index());
    }
    entries.add(entry);
  }

  /** Takes in entries of a leader: what differs from it goes. */
  void merge(List<Entry> fresh) {
    for (Entry entry : fresh) {
      if (entry.index() < first || termAt(entry.index()) == entry.term()) {
        continue;
      }
      truncate(entry.index());
      append(entry);
    }
  }

  private void truncate(long from) {
    while (last() >= from) {
      entries.remove(entries.size() - 1);
    }
    flushed = Math.min(flushed, last());
  }

  List<Entry> from(long index) {
    return List.copyOf(entries.subList((int) (index - first), entries.size()));
  }

  void flush(long upTo) {
    flushed = Math.max(flushed, Math.min(upTo, last()));
  }

  /** What was not forced to disk is lost. */
  void crash() {
    truncate(flushed + 1);
  }

  void snapshotTaken(Snapshot taken, boolean purge) {
    Snapshot before = snapshot;
    if (before != null && before.index() >= taken.index()) {
      return;
    }
    snapshot = taken;
    flushed = Math.max(flushed, Math.min(taken.index(), last()));
    if (purge) {
      while (first <= taken.index() && !entries.isEmpty()) {
        dropFirst();
      }
    }
  }

  private void dropFirst() {
    purgedTerm = entries.remove(0).term();
    first++;
  }

  /** A leader's snapshot replaces what is behind it. */
  void install(Snapshot received) {
    boolean follows = termAt(received.index()) == received.term();
    while (!entries.isEmpty() && (!follows || first <= received.index())) {
      dropFirst();
    }
    if (entries.isEmpty()) {
      first = received.index() + 1;
      purgedTerm = received.term();
    }
    snapshot = received;
    flushed = Math.max(received.index(), Math.min(flushed, last()));
  }
}
