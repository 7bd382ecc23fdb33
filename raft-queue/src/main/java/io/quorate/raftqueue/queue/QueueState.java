package io.quorate.raftqueue.queue;

import io.quorate.log.v1.StoredMessage;
import java.util.Collections;
import java.util.NavigableSet;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The replicated state of one queue. Changed by {@link ShardState} only. */
public final class QueueState {

  private final long id;
  private final Totals totals;
  private final Pages pages;
  private final MessageIndex index = new MessageIndex();
  private final long digestOfPosition;
  private long nextPosition;
  private long horizon;
  private long count;
  private long bytes;
  private boolean consumed;
  private boolean closed;

  /** Of chunks in memory that are not being written. */
  private long evictableBytes;

  /** Its place in {@link LoadedQueues}. */
  int loadRank = -1;

  /** The chunk behind which was read ahead. */
  long aheadOf = -1;

  @Nullable QueueState nextLoaded;
  @Nullable QueueState previousLoaded;

  QueueState(long id, Totals totals, Pages pages) {
    this(id, totals, pages, 1, 0, false, false);
  }

  QueueState(
      long id,
      Totals totals,
      Pages pages,
      long nextPosition,
      long horizon,
      boolean consumed,
      boolean closed) {
    this.id = id;
    this.totals = totals;
    this.pages = pages;
    this.nextPosition = nextPosition;
    this.horizon = horizon;
    this.consumed = consumed;
    this.closed = closed;
    this.digestOfPosition = Digest.position(id);
    totals.digest += own();
  }

  /** Of what is known beside messages. */
  private long own() {
    return Digest.queue(id, horizon, consumed, closed) + nextPosition * digestOfPosition;
  }

  public long id() {
    return id;
  }

  /** The position that the next message gets; positions start at 1. */
  public long nextPosition() {
    return nextPosition;
  }

  /** Messages up to this position may have been delivered; none beyond has been. */
  public long horizon() {
    return horizon;
  }

  /** Whether it has, or has had, a consumer; noted for auto-delete queues only. */
  public boolean consumed() {
    return consumed;
  }

  void markConsumed(boolean consumed) {
    totals.digest -= own();
    this.consumed = consumed;
    totals.digest += own();
  }

  /** Whether it is going to be deleted and takes no messages any more. */
  public boolean closed() {
    return closed;
  }

  /** Closes it, unless a message has come since {@code ifNextPosition} was looked at. */
  void close(long ifNextPosition) {
    totals.digest -= own();
    closed |= ifNextPosition == 0 || ifNextPosition == nextPosition;
    totals.digest += own();
  }

  /** Messages in the queue, ready or out. */
  public long count() {
    return count;
  }

  /** Bytes of all messages in the queue. */
  public long bytes() {
    return bytes;
  }

  public boolean has(long position) {
    Chunk chunk = index.find(position);
    return chunk != null && chunk.has(chunk.slot(position));
  }

  /** The position of the first message at or after a position, or -1. */
  public long atOrAfter(long position) {
    Chunk chunk = index.fromOn(position);
    int from = chunk == null ? 0 : Math.max(0, chunk.slot(position));
    while (chunk != null) {
      int slot = chunk.next(from);
      if (slot >= 0) {
        return chunk.first + slot;
      }
      chunk = index.after(chunk.first);
      from = 0;
    }
    return -1;
  }

  /** The message at a position, or null if it is not in the queue or not in memory. */
  public @Nullable QueuedMessage get(long position) {
    Chunk chunk = index.find(position);
    int slot = chunk == null ? 0 : chunk.slot(position);
    if (chunk == null || !chunk.resident || !chunk.has(slot)) {
      return null;
    }
    StoredMessage message = chunk.message(slot);
    return message == null ? null : new QueuedMessage(position, message, chunk.returns(slot));
  }

  /** Whether the message at a position waits for a repair. */
  public boolean isDamaged(long position) {
    Chunk chunk = index.find(position);
    return chunk != null && chunk.damaged;
  }

  MessageIndex index() {
    return index;
  }

  long evictableBytes() {
    return evictableBytes;
  }

  void evictable(long difference) {
    evictableBytes += difference;
  }

  /**
   * @param content a {@link StoredMessage} or a {@link SharedBody}
   */
  long enqueue(Object content, int size) {
    long position = nextPosition++;
    totals.digest += digestOfPosition;
    add(position, content, size, 0);
    return position;
  }

  /** Takes in a message behind the last. */
  void add(long position, Object content, int size, int deliveryCount) {
    Chunk chunk = index.last();
    if (chunk == null || !chunk.accepts(position)) {
      chunk = new Chunk(this, position);
      index.add(chunk);
      totals.chunks++;
    } else {
      chunk = index.writable(chunk);
    }
    long before = chunk.digest;
    chunk.add(chunk.slot(position), content, size, deliveryCount);
    totals.digest += chunk.digest - before;
    count++;
    bytes += size;
    totals.bytes += size;
    evictableBytes += size;
    if (content instanceof SharedBody body) {
      body.hold(totals);
      body.wanted();
    } else {
      totals.loadedBytes += size;
    }
  }

  /** Takes in a chunk of a snapshot, behind the last. */
  void add(Chunk chunk) {
    index.add(chunk);
    totals.chunks++;
    count += chunk.count();
    bytes += chunk.bytes;
    totals.bytes += chunk.bytes;
    totals.digest += chunk.digest;
    paged(chunk, 1);
    for (int slot = chunk.next(0); slot >= 0; slot = chunk.next(slot + 1)) {
      if (chunk.content(slot) instanceof SharedBody body) {
        body.hold(totals);
      }
    }
  }

  /** Counts a chunk as paged, or with -1 as paged no longer. */
  void paged(Chunk chunk, int sign) {
    totals.pagedMessages += (long) sign * chunk.count();
    totals.pagedBytes += sign * (chunk.bytes - chunk.count() * Totals.MESSAGE_OVERHEAD);
    totals.keptSlots += (long) sign * chunk.keptSlots();
  }

  /** Removes a message; false if it is not there. */
  boolean remove(long position) {
    Chunk chunk = index.find(position);
    int slot = chunk == null ? 0 : chunk.slot(position);
    if (chunk == null || !chunk.has(slot)) {
      return false;
    }
    chunk = index.writable(chunk);
    remove(chunk, slot);
    if (chunk.count() == 0) {
      drop(chunk);
    }
    return true;
  }

  private void remove(Chunk chunk, int slot) {
    int size = chunk.size(slot);
    Object content = chunk.content(slot);
    count--;
    bytes -= size;
    totals.bytes -= size;
    if (!chunk.resident) {
      totals.pagedMessages--;
      totals.pagedBytes -= size - Totals.MESSAGE_OVERHEAD;
    } else if (chunk.writing) {
      totals.writingBytes -= size;
    } else {
      evictableBytes -= size;
    }
    if (chunk.reading) {
      totals.readingBytes -= size;
    }
    if (content instanceof SharedBody body) {
      body.letGo(totals, pages);
      if (chunk.resident || chunk.reading) {
        body.unwanted(totals);
      }
    } else if (chunk.resident) {
      totals.loadedBytes -= size;
    }
    long before = chunk.digest;
    chunk.remove(slot);
    totals.digest += chunk.digest - before;
  }

  /** A chunk without messages goes. */
  private void drop(Chunk chunk) {
    index.remove(chunk);
    totals.chunks--;
    totals.keptSlots -= chunk.keptSlots();
    releasePage(chunk);
  }

  void releasePage(Chunk chunk) {
    Pages.Extent page = chunk.page;
    if (page != null) {
      chunk.page = null;
      page.owner = null;
      pages.release(page);
    }
  }

  /** Removes all messages up to a position but a few; in chunks as a whole where it can be. */
  long purge(long upTo, NavigableSet<Long> except) {
    long before = count;
    Chunk chunk = index.fromOn(0);
    while (chunk != null && chunk.first <= upTo) {
      Chunk next = index.after(chunk.first);
      boolean whole =
          chunk.limit() - 1 <= upTo && except.subSet(chunk.first, chunk.limit()).isEmpty();
      if (whole) {
        removeAll(chunk);
      } else {
        removeSome(chunk, upTo, except);
      }
      chunk = next;
    }
    return before - count;
  }

  private void removeSome(Chunk some, long upTo, NavigableSet<Long> except) {
    Chunk chunk = index.writable(some);
    for (int slot = chunk.next(0);
        slot >= 0 && chunk.first + slot <= upTo;
        slot = chunk.next(slot + 1)) {
      if (!except.contains(chunk.first + slot)) {
        remove(chunk, slot);
      }
    }
    if (chunk.count() == 0) {
      drop(chunk);
    }
  }

  private void removeAll(Chunk chunk) {
    if (chunk.resident || chunk.reading || chunk.keptSlots() > 0) {
      removeSome(chunk, Long.MAX_VALUE, Collections.emptyNavigableSet());
      return;
    }
    count -= chunk.count();
    bytes -= chunk.bytes;
    totals.bytes -= chunk.bytes;
    totals.digest -= chunk.digest;
    totals.pagedMessages -= chunk.count();
    totals.pagedBytes -= chunk.bytes - chunk.count() * Totals.MESSAGE_OVERHEAD;
    index.remove(chunk);
    totals.chunks--;
    Pages.Extent page = chunk.page;
    if (page != null) {
      page.owner = null;
      pages.release(page);
    }
  }

  /** The queue is deleted. */
  void clear() {
    purge(Long.MAX_VALUE, Collections.emptyNavigableSet());
    totals.digest -= own();
  }

  /** Counts a return of a message; false if it is gone. */
  boolean countReturn(long position) {
    Chunk chunk = index.find(position);
    int slot = chunk == null ? 0 : chunk.slot(position);
    if (chunk == null || !chunk.has(slot)) {
      return false;
    }
    Chunk counted = index.writable(chunk);
    long before = counted.digest;
    counted.setReturns(slot, counted.returns(slot) + 1);
    totals.digest += counted.digest - before;
    return true;
  }

  void raiseHorizon(long position) {
    totals.digest -= own();
    horizon = Math.max(horizon, position);
    totals.digest += own();
  }

  /**
   * The next chunk to be paged: in order of position, after the first {@code windowBytes} in
   * memory; if there is none, the last of those first ones.
   */
  @Nullable Chunk nextToPage(long windowBytes) {
    long spared = 0;
    Chunk last = null;
    for (Chunk chunk : index.resident()) {
      if (chunk.writing) {
        continue;
      }
      if (spared >= windowBytes) {
        return chunk;
      }
      spared += chunk.bytes;
      last = chunk;
    }
    return last;
  }

  /** All positions in order. */
  void forEach(LongConsumer consumer) {
    for (Chunk chunk : index.all()) {
      for (int slot = chunk.next(0); slot >= 0; slot = chunk.next(slot + 1)) {
        consumer.accept(chunk.first + slot);
      }
    }
  }
}
