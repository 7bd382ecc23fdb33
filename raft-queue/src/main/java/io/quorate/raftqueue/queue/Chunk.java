package io.quorate.raftqueue.queue;

import io.quorate.log.v1.StoredMessage;
import io.quorate.raftqueue.queue.Pages.Extent;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Up to 256 messages of a queue that follow one another; what memory, page files and snapshots deal
 * with.
 *
 * <pre>
 *   resident --written, or there was a page--> paged --read--> resident
 * </pre>
 *
 * While it is resident every message is in {@link #slots}; a resident chunk with a page is
 * unchanged since it was read or written. While it is paged only bodies that several queues share
 * are there (which may be paged themselves). Which messages are left, their sizes and returns are
 * known always. It costs some 200 bytes, and 1 KiB each if sizes differ, if messages have come
 * back, and if some are shared.
 */
final class Chunk {

  /** Positions that it spans at most. */
  static final int SIZE = 256;

  /** Nothing is added to a chunk that has so many bytes. */
  static final long FULL_BYTES = 384 << 10;

  private static final int FIRST_CAPACITY = 8;

  final QueueState queue;
  final long first;
  private final long[] live;
  private @Nullable Object[] slots;

  /** What each message counts; the same for all while {@link #sizes} is null. */
  private int size;

  private int @Nullable [] sizes;
  private int @Nullable [] returns;

  /** Where the messages are that are not shared; null if they are only in memory. */
  @Nullable Extent page;

  private int count;

  /** One above the last slot that was ever used. */
  private int end;

  /** Of all its messages. */
  long bytes;

  /** Of all its messages ({@link Digest}). */
  long digest;

  boolean resident = true;

  /** Nothing is added any more. */
  boolean closed;

  boolean writing;
  boolean reading;

  /** Its page cannot be read. */
  boolean damaged;

  /** A snapshot refers to it: whoever changes what is in it, changes a copy. */
  boolean captured;

  Chunk(QueueState queue, long first) {
    this.queue = queue;
    this.first = first;
    this.live = new long[SIZE / Long.SIZE];
    this.slots = new Object[FIRST_CAPACITY];
  }

  private Chunk(Chunk other) {
    queue = other.queue;
    first = other.first;
    live = other.live.clone();
    slots = other.slots.clone();
    size = other.size;
    sizes = other.sizes == null ? null : other.sizes.clone();
    returns = other.returns == null ? null : other.returns.clone();
    page = other.page;
    count = other.count;
    end = other.end;
    bytes = other.bytes;
    digest = other.digest;
    resident = other.resident;
    closed = other.closed;
    writing = other.writing;
    reading = other.reading;
    damaged = other.damaged;
  }

  /** A copy that takes its place. */
  Chunk copy() {
    Chunk copy = new Chunk(this);
    if (page != null) {
      page.owner = copy;
    }
    return copy;
  }

  int count() {
    return count;
  }

  /** One above the last position that it may hold. */
  long limit() {
    return first + end;
  }

  boolean accepts(long position) {
    return !closed && position - first < SIZE && bytes < FULL_BYTES;
  }

  int slot(long position) {
    return (int) (position - first);
  }

  boolean has(int slot) {
    return slot >= 0 && slot < end && (live[slot >> 6] >>> slot & 1) != 0;
  }

  /** The first slot from one on that has a message, or -1. */
  int next(int from) {
    int word = from >> 6;
    if (word >= live.length) {
      return -1;
    }
    long bits = live[word] & -1L << from;
    while (bits == 0) {
      if (++word == live.length) {
        return -1;
      }
      bits = live[word];
    }
    return (word << 6) + Long.numberOfTrailingZeros(bits);
  }

  /** The last slot that has a message. */
  int last() {
    for (int word = live.length - 1; word >= 0; word--) {
      if (live[word] != 0) {
        return (word << 6) + 63 - Long.numberOfLeadingZeros(live[word]);
      }
    }
    return -1;
  }

  /** A {@link StoredMessage}, a {@link SharedBody}, or null if it is paged or not there. */
  @Nullable Object content(int slot) {
    return slot < slots.length ? slots[slot] : null;
  }

  /** Null if it is not in memory. */
  @Nullable StoredMessage message(int slot) {
    Object content = content(slot);
    return content instanceof SharedBody body ? body.message() : (StoredMessage) content;
  }

  int size(int slot) {
    return sizes == null ? size : sizes[slot];
  }

  boolean sizesDiffer() {
    return sizes != null;
  }

  int returns(int slot) {
    return returns == null || slot >= returns.length ? 0 : returns[slot];
  }

  boolean anyReturns() {
    return returns != null;
  }

  long[] live() {
    return live;
  }

  /** References to bodies that are kept while it is paged. */
  int keptSlots() {
    return resident ? 0 : slots.length;
  }

  /**
   * Takes in a message behind the last.
   *
   * @param content null if it is in the page
   */
  void add(int slot, @Nullable Object content, int sizeOfIt, int deliveryCount) {
    end = slot + 1;
    live[slot >> 6] |= 1L << slot;
    if (content != null) {
      put(slot, content);
    }
    putSize(slot, sizeOfIt);
    count++;
    bytes += sizeOfIt;
    digest += digest(slot);
    if (deliveryCount != 0) {
      setReturns(slot, deliveryCount);
    }
  }

  private void putSize(int slot, int sizeOfIt) {
    if (count == 0 && sizes == null) {
      size = sizeOfIt;
    } else if (sizes == null && sizeOfIt != size) {
      sizes = new int[capacity(slot)];
      Arrays.fill(sizes, size);
    }
    if (sizes != null) {
      if (slot >= sizes.length) {
        sizes = Arrays.copyOf(sizes, capacity(slot));
      }
      sizes[slot] = sizeOfIt;
    }
  }

  private static int capacity(int slot) {
    int capacity = FIRST_CAPACITY;
    while (capacity <= slot) {
      capacity *= 2;
    }
    return capacity;
  }

  void put(int slot, Object content) {
    if (slot >= slots.length) {
      slots = Arrays.copyOf(slots, capacity(slot));
    }
    slots[slot] = content;
  }

  void setReturns(int slot, int deliveryCount) {
    digest -= digest(slot);
    if (returns == null) {
      returns = new int[capacity(end - 1)];
    }
    if (slot >= returns.length) {
      returns = Arrays.copyOf(returns, capacity(slot));
    }
    returns[slot] = deliveryCount;
    digest += digest(slot);
  }

  void remove(int slot) {
    live[slot >> 6] &= ~(1L << slot);
    if (slot < slots.length) {
      slots[slot] = null;
    }
    count--;
    bytes -= size(slot);
    digest -= digest(slot);
  }

  private long digest(int slot) {
    return Digest.message(queue.id(), first + slot, size(slot), returns(slot));
  }

  /** Whether a message in it is not shared. */
  boolean anyOwn() {
    for (int slot = next(0); slot >= 0; slot = next(slot + 1)) {
      if (!(content(slot) instanceof SharedBody)) {
        return true;
      }
    }
    return false;
  }

  /** Forgets the messages that the page has. */
  void dropOwn() {
    boolean any = false;
    for (int slot = 0; slot < slots.length; slot++) {
      if (slots[slot] instanceof SharedBody) {
        any = true;
      } else {
        slots[slot] = null;
      }
    }
    if (!any) {
      slots = NOTHING;
    }
  }

  private static final @Nullable Object[] NOTHING = new Object[0];
}
