package io.quorate.amqp.engine;

import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The deliveries of a channel that its client has not settled yet, by delivery tag. Tags only rise,
 * so they are kept in sorted arrays: finding the tag that is acked is one step when acks come in
 * order, a binary search otherwise. Memory is bounded by twice the number of unsettled deliveries,
 * however far apart their tags are.
 */
final class UnackedDeliveries {

  /** Takes what is removed. */
  @FunctionalInterface
  interface Taker {
    void take(long tag, Holder holder, long position);
  }

  private static final int INITIAL_CAPACITY = 16;

  private long[] tags = new long[INITIAL_CAPACITY];
  private long[] positions = new long[INITIAL_CAPACITY];
  // null marks a settled delivery between unsettled ones
  private @Nullable Holder[] holders = new @Nullable Holder[INITIAL_CAPACITY];
  private int head;
  private int tail;
  private int count;

  int count() {
    return count;
  }

  /** How many deliveries fit before more memory is needed. */
  int capacity() {
    return tags.length;
  }

  /**
   * @param tag greater than all tags added before
   */
  void add(long tag, Holder holder, long position) {
    if (tail == tags.length) {
      makeRoom();
    }
    tags[tail] = tag;
    positions[tail] = position;
    holders[tail] = holder;
    tail++;
    count++;
  }

  /** Removes one; false if the tag is unknown or already settled. */
  boolean remove(long tag, Taker taker) {
    int index = find(tag);
    if (index < 0) {
      return false;
    }
    take(index, taker);
    dropSettledHead();
    return true;
  }

  /**
   * Removes all up to and including {@code tag}, oldest first; false if {@code tag} itself is
   * unknown or already settled, nothing is removed then.
   */
  boolean removeUpTo(long tag, Taker taker) {
    int last = find(tag);
    if (last < 0) {
      return false;
    }
    for (int index = head; index <= last; index++) {
      take(index, taker);
    }
    dropSettledHead();
    return true;
  }

  /** Removes all, oldest first. */
  void removeAll(Taker taker) {
    for (int index = head; index < tail; index++) {
      take(index, taker);
    }
    dropSettledHead();
  }

  /** Takes deliveries back that were removed, in any order: they stand where they stood. */
  void restore(List<Transaction.Answer> removed) {
    if (removed.isEmpty()) {
      return;
    }
    TreeMap<Long, Transaction.Answer> byTag = new TreeMap<>();
    removeAll((tag, holder, at) -> byTag.put(tag, new Transaction.Answer(tag, holder, at, false)));
    removed.forEach(answer -> byTag.put(answer.tag(), answer));
    byTag.values().forEach(answer -> add(answer.tag(), answer.holder(), answer.position()));
  }

  private void take(int index, Taker taker) {
    Holder holder = holders[index];
    if (holder != null) {
      holders[index] = null;
      count--;
      taker.take(tags[index], holder, positions[index]);
    }
  }

  private int find(long tag) {
    if (head == tail) {
      return -1;
    }
    long dense = head + (tag - tags[head]);
    int index =
        dense >= head && dense < tail && tags[(int) dense] == tag
            ? (int) dense
            : Arrays.binarySearch(tags, head, tail, tag);
    return index >= 0 && holders[index] != null ? index : -1;
  }

  private void dropSettledHead() {
    while (head < tail && holders[head] == null) {
      head++;
    }
    if (head == tail) {
      head = 0;
      tail = 0;
      if (tags.length > 4096) {
        resize(INITIAL_CAPACITY);
      }
    }
  }

  private void makeRoom() {
    int kept = 0;
    for (int index = head; index < tail; index++) {
      if (holders[index] != null) {
        tags[kept] = tags[index];
        positions[kept] = positions[index];
        holders[kept] = holders[index];
        kept++;
      }
    }
    Arrays.fill(holders, kept, tail, null);
    head = 0;
    tail = kept;
    if (kept > tags.length / 2) {
      resize(tags.length * 2);
    }
  }

  private void resize(int capacity) {
    tags = Arrays.copyOf(tags, capacity);
    positions = Arrays.copyOf(positions, capacity);
    holders = Arrays.copyOf(holders, capacity);
  }
}
