package io.quorate.raftqueue.queue;

import io.quorate.log.v1.PageRecord;
import io.quorate.log.v1.StoredMessage;
import io.quorate.raftqueue.queue.Pages.Extent;
import io.quorate.raftqueue.queue.Pages.PageRead;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Brings chunks of a state back into memory, and finds out whether they can be. What is read is
 * read elsewhere; when the answer comes the chunk is looked up again: it may have changed, or be
 * gone.
 *
 * <p>Invariant: a chunk is in memory only when all that is in it has been read and is what was
 * written; until then whoever waits for it waits, and what cannot be read is damaged until another
 * replica's messages take its place. Like the state, for one thread.
 */
final class PageIn {

  private final Pages pages;
  private final Totals totals;
  private final LoadedQueues loaded;
  private final Map<ChunkKey, List<Runnable>> waiting = new HashMap<>();
  private ShardState.DamageListener listener = (queue, first, positions, failure) -> {};
  private long aheadBytes = 1 << 20;
  private long aheadLimit = 8 << 20;

  PageIn(Pages pages, Totals totals, LoadedQueues loaded) {
    this.pages = pages;
    this.totals = totals;
    this.loaded = loaded;
  }

  void listener(ShardState.DamageListener damageListener) {
    listener = damageListener;
  }

  /** As {@link ShardState#load}. */
  void load(QueueState queue, long position, Runnable then) {
    Chunk chunk = queue.index().find(position);
    if (chunk == null || chunk.resident) {
      then.run();
      return;
    }
    waiting.computeIfAbsent(new ChunkKey(queue, chunk.first), key -> new ArrayList<>(1)).add(then);
    read(queue, chunk);
  }

  void readAhead(long bytesPerQueue, long bytesInAll) {
    aheadBytes = bytesPerQueue;
    aheadLimit = bytesInAll;
  }

  /** As {@link ShardState#loadAhead}: looks further once for each chunk. */
  void loadAhead(QueueState queue, long position) {
    Chunk at = queue.index().find(position);
    if (at == null || queue.aheadOf == at.first || totals.pagedMessages == 0) {
      return;
    }
    queue.aheadOf = at.first;
    long left = aheadBytes;
    Chunk chunk = queue.index().after(at.first);
    while (chunk != null && left > 0 && totals.readingBytes < aheadLimit) {
      left -= chunk.bytes;
      if (!chunk.resident) {
        read(queue, chunk);
      }
      chunk = queue.index().after(chunk.first);
    }
  }

  /** Tries once more to read what is damaged. */
  void retry(QueueState queue, long first) {
    Chunk chunk = queue.index().at(first);
    if (chunk != null && !chunk.resident) {
      chunk.damaged = false;
      read(queue, chunk);
    }
  }

  /**
   * Begins to look whether what is paged of a chunk can be read; if not, it is read as if somebody
   * needed it, which finds out what is wrong and has it repaired.
   *
   * @return the bytes that are looked at
   */
  long check(QueueState queue, Chunk chunk) {
    if (chunk.resident || chunk.reading || chunk.damaged) {
      return 0;
    }
    List<Extent> extents = new ArrayList<>();
    if (chunk.page != null) {
      extents.add(chunk.page);
    }
    for (int slot = chunk.next(0); slot >= 0; slot = chunk.next(slot + 1)) {
      if (chunk.content(slot) instanceof SharedBody body) {
        Extent page = body.extent();
        if (body.message() == null && page != null) {
          extents.add(page);
        }
      }
    }
    ChunkKey key = new ChunkKey(queue, chunk.first);
    pages.read(
        extents,
        results -> {
          if (results.stream().anyMatch(result -> result.record() == null)) {
            readWhatFailed(key);
          }
        });
    return extents.stream().mapToLong(Extent::length).sum();
  }

  /** It may have been moved, or come back, since it was looked at. */
  private void readWhatFailed(ChunkKey key) {
    Chunk chunk = key.queue().index().at(key.first());
    if (chunk != null && !chunk.resident) {
      read(key.queue(), chunk);
    }
  }

  private void read(QueueState queue, Chunk chunk) {
    if (chunk.reading || chunk.damaged) {
      return;
    }
    chunk.reading = true;
    totals.readingBytes += chunk.bytes;
    List<Extent> extents = new ArrayList<>();
    List<SharedBody> bodies = new ArrayList<>();
    Extent own = chunk.page;
    if (own != null) {
      extents.add(own);
    }
    for (int slot = chunk.next(0); slot >= 0; slot = chunk.next(slot + 1)) {
      if (chunk.content(slot) instanceof SharedBody body) {
        body.wanted();
        Extent page = body.extent();
        if (body.message() == null && page != null) {
          extents.add(page);
          bodies.add(body);
        }
      }
    }
    ChunkKey key = new ChunkKey(queue, chunk.first);
    pages.read(extents, results -> wasRead(key, own, extents, bodies, results));
  }

  /** A record of a shared body does not say whose it is; it is another's if its size is. */
  private static boolean isOf(SharedBody body, PageRecord record) {
    return record.getQueueId() == 0
        && record.getMessagesCount() == 1
        && Totals.sizeOf(record.getMessages(0)) == body.size();
  }

  private void wasRead(
      ChunkKey key,
      @Nullable Extent own,
      List<Extent> extents,
      List<SharedBody> bodies,
      List<PageRead> results) {
    Chunk chunk = key.queue().index().at(key.first());
    if (chunk == null) {
      runWaiting(key);
      return;
    }
    chunk.reading = false;
    totals.readingBytes -= chunk.bytes;
    int shift = own == null ? 0 : 1;
    boolean moved = own != null && chunk.page != own;
    String failure = null;
    for (int i = 0; i < bodies.size(); i++) {
      SharedBody body = bodies.get(i);
      PageRead result = results.get(i + shift);
      PageRecord record = result.record();
      if (body.message() != null || !body.held()) {
        continue;
      }
      if (record != null && isOf(body, record)) {
        body.loaded(record.getMessages(0), totals);
      } else if (body.extent() != extents.get(i + shift)) {
        moved = true;
      } else {
        failure = record == null ? result.failure() : "it is another record";
      }
    }
    PageRecord record = own == null ? null : results.get(0).record();
    if (failure == null && own != null && !moved) {
      failure = record == null ? results.get(0).failure() : mismatch(key.queue(), chunk, record);
    }
    if (failure != null || moved) {
      unwant(chunk);
      if (failure == null) {
        read(key.queue(), chunk); // from where it is now
      } else {
        chunk.damaged = true;
        listener.damaged(key.queue().id(), chunk.first, positions(chunk), failure);
      }
      return;
    }
    Chunk target = key.queue().index().writable(chunk);
    key.queue().paged(target, -1);
    if (record != null) {
      fill(target, record);
    }
    becomeResident(key, target);
  }

  /** Why a record is not the one that belongs to a chunk; null if it is. */
  private static @Nullable String mismatch(QueueState queue, Chunk chunk, PageRecord record) {
    if (record.getQueueId() != queue.id()
        || record.getFirstPosition() != chunk.first
        || record.getSlotsCount() != record.getMessagesCount()) {
      return "it is another record";
    }
    int at = 0;
    for (int slot = chunk.next(0); slot >= 0; slot = chunk.next(slot + 1)) {
      if (!(chunk.content(slot) instanceof SharedBody)) {
        while (at < record.getSlotsCount() && record.getSlots(at) < slot) {
          at++;
        }
        if (at == record.getSlotsCount()
            || record.getSlots(at) != slot
            || Totals.sizeOf(record.getMessages(at)) != chunk.size(slot)) {
          return "it does not have the message " + (chunk.first + slot);
        }
      }
    }
    return null;
  }

  private void fill(Chunk chunk, PageRecord record) {
    for (int i = 0; i < record.getSlotsCount(); i++) {
      int slot = record.getSlots(i);
      if (chunk.has(slot) && chunk.content(slot) == null) {
        chunk.put(slot, record.getMessages(i));
        totals.loadedBytes += chunk.size(slot);
      }
    }
  }

  private void becomeResident(ChunkKey key, Chunk chunk) {
    chunk.resident = true;
    chunk.damaged = false;
    QueueState queue = key.queue();
    queue.index().residencyChanged(chunk);
    queue.evictable(chunk.bytes);
    loaded.update(queue);
    runWaiting(key);
  }

  private void unwant(Chunk chunk) {
    for (int slot = chunk.next(0); slot >= 0; slot = chunk.next(slot + 1)) {
      if (chunk.content(slot) instanceof SharedBody body) {
        body.unwanted(totals);
      }
    }
  }

  /** Messages have left a queue: who waits for what is gone need not wait. */
  void left(QueueState queue) {
    if (waiting.isEmpty()) {
      return;
    }
    for (ChunkKey key : List.copyOf(waiting.keySet())) {
      if (key.queue() == queue && queue.index().at(key.first()) == null) {
        runWaiting(key);
      }
    }
  }

  private void runWaiting(ChunkKey key) {
    List<Runnable> tasks = waiting.remove(key);
    if (tasks != null) {
      tasks.forEach(Runnable::run);
    }
  }

  // ---- damage

  private static List<Long> positions(Chunk chunk) {
    List<Long> positions = new ArrayList<>(chunk.count());
    for (int slot = chunk.next(0); slot >= 0; slot = chunk.next(slot + 1)) {
      positions.add(chunk.first + slot);
    }
    return positions;
  }

  /** As {@link ShardState#repair}. */
  List<Long> repair(QueueState queue, long first, Map<Long, StoredMessage> messages) {
    Chunk damaged = queue.index().at(first);
    if (damaged == null || damaged.resident || !damaged.damaged) {
      return List.of();
    }
    List<Long> missing = new ArrayList<>();
    for (long position : positions(damaged)) {
      StoredMessage message = messages.get(position);
      if (message == null || Totals.sizeOf(message) != damaged.size(damaged.slot(position))) {
        missing.add(position);
      }
    }
    if (missing.isEmpty()) {
      takeOver(queue, damaged, messages);
    }
    return missing;
  }

  private void takeOver(QueueState queue, Chunk damaged, Map<Long, StoredMessage> messages) {
    Chunk chunk = queue.index().writable(damaged);
    queue.paged(chunk, -1);
    for (int slot = chunk.next(0); slot >= 0; slot = chunk.next(slot + 1)) {
      StoredMessage message = messages.get(chunk.first + slot);
      if (message == null) {
        throw new IllegalStateException("checked above");
      }
      if (chunk.content(slot) instanceof SharedBody body) {
        body.wanted();
        body.replaced(message, totals, pages);
      } else {
        chunk.put(slot, message);
        totals.loadedBytes += chunk.size(slot);
      }
    }
    queue.releasePage(chunk);
    becomeResident(new ChunkKey(queue, chunk.first), chunk);
  }
}
