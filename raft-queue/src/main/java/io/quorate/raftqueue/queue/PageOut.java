package io.quorate.raftqueue.queue;

import io.quorate.log.v1.PageRecord;
import io.quorate.log.v1.StoredMessage;
import io.quorate.raftqueue.queue.Pages.Extent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes chunks of a state to pages, takes them out of memory, and moves what is left in mostly
 * empty files. What is written is written elsewhere; when the answer comes the chunk is looked up
 * again: it may have changed, or be gone.
 *
 * <p>Invariant: a chunk leaves memory only when all that is in it is in pages. Like the state, for
 * one thread.
 */
final class PageOut {

  private final Pages pages;
  private final Totals totals;
  private final LoadedQueues loaded;
  private boolean writeFailed;

  PageOut(Pages pages, Totals totals, LoadedQueues loaded) {
    this.pages = pages;
    this.totals = totals;
    this.loaded = loaded;
  }

  /** Whether a write has failed since the last call. */
  boolean takeWriteFailure() {
    boolean failed = writeFailed;
    writeFailed = false;
    return failed;
  }

  /** As {@link ShardState#pageOut}. */
  boolean evict(long windowBytes, boolean now) {
    QueueState queue = loaded.largest();
    Chunk chunk = queue == null ? null : queue.nextToPage(windowBytes);
    if (queue == null || chunk == null) {
      return false;
    }
    Write write = begin(queue, chunk);
    if (write == null) {
      unload(queue, chunk);
      return true;
    }
    if (now) {
      List<Extent> extents = pages.writeNow(write.records());
      evicted(write, extents);
      return extents != null;
    }
    pages.write(write.records(), extents -> evicted(write, extents));
    return !writeFailed;
  }

  private void evicted(Write write, @Nullable List<Extent> extents) {
    Chunk chunk = written(write, extents);
    if (chunk != null) {
      unload(write.key().queue(), chunk);
    }
  }

  /**
   * Writes a chunk, which stays in memory.
   *
   * @param done told whether it could be written; at once if there is nothing to write
   */
  void save(QueueState queue, Chunk chunk, Consumer<Boolean> done) {
    Write write = begin(queue, chunk);
    if (write == null) {
      done.accept(true);
      return;
    }
    pages.write(
        write.records(),
        extents -> {
          written(write, extents);
          loaded.update(queue);
          done.accept(extents != null);
        });
  }

  // ---- writing

  /**
   * What is being written of a chunk.
   *
   * @param own whether the first record is what only this chunk has; one follows for each body
   */
  private record Write(
      ChunkKey key, boolean own, List<SharedBody> bodies, List<PageRecord> records) {}

  /** Null if all that is in it has been written before. */
  private @Nullable Write begin(QueueState queue, Chunk chunk) {
    chunk.closed = true;
    List<SharedBody> bodies = new ArrayList<>();
    List<PageRecord> records = new ArrayList<>();
    PageRecord own = chunk.page == null ? record(queue, chunk, bodies) : null;
    if (own != null) {
      records.add(own);
    } else {
      collectShared(chunk, bodies);
    }
    bodies.forEach(body -> records.add(record(body)));
    if (records.isEmpty()) {
      return null;
    }
    chunk.writing = true;
    queue.evictable(-chunk.bytes);
    totals.writingBytes += chunk.bytes;
    loaded.update(queue);
    return new Write(new ChunkKey(queue, chunk.first), own != null, bodies, records);
  }

  /** What only this chunk has; null if there is nothing. Adds what else must be written. */
  private static @Nullable PageRecord record(
      QueueState queue, Chunk chunk, List<SharedBody> bodies) {
    PageRecord.Builder record =
        PageRecord.newBuilder()
            .setVersion(Pages.FORMAT_VERSION)
            .setQueueId(queue.id())
            .setFirstPosition(chunk.first);
    for (int slot = chunk.next(0); slot >= 0; slot = chunk.next(slot + 1)) {
      Object content = chunk.content(slot);
      if (content instanceof StoredMessage message) {
        record.addSlots(slot).addMessages(message);
      } else {
        addUnwritten(content, bodies);
      }
    }
    return record.getMessagesCount() == 0 ? null : record.build();
  }

  private static void collectShared(Chunk chunk, List<SharedBody> bodies) {
    bodies.clear();
    for (int slot = chunk.next(0); slot >= 0; slot = chunk.next(slot + 1)) {
      addUnwritten(chunk.content(slot), bodies);
    }
  }

  private static void addUnwritten(@Nullable Object content, List<SharedBody> bodies) {
    if (content instanceof SharedBody body && body.extent() == null && !bodies.contains(body)) {
      bodies.add(body);
    }
  }

  private static PageRecord record(SharedBody body) {
    StoredMessage message = body.message();
    if (message == null) {
      throw new IllegalStateException("a body is neither in memory nor paged");
    }
    return PageRecord.newBuilder()
        .setVersion(Pages.FORMAT_VERSION)
        .addSlots(0)
        .addMessages(message)
        .build();
  }

  /** The chunk, if it is still there and all of it is in pages now. */
  private @Nullable Chunk written(Write write, @Nullable List<Extent> extents) {
    QueueState queue = write.key().queue();
    Chunk chunk = queue.index().at(write.key().first());
    if (chunk != null) {
      chunk.writing = false;
      totals.writingBytes -= chunk.bytes;
      queue.evictable(chunk.bytes);
    }
    if (extents == null) {
      writeFailed = true;
      loaded.update(queue);
      return null;
    }
    int shift = write.own() ? 1 : 0;
    for (int i = 0; i < write.bodies().size(); i++) {
      if (!write.bodies().get(i).written(extents.get(i + shift))) {
        pages.release(extents.get(i + shift));
      }
    }
    if (chunk == null) {
      if (write.own()) {
        pages.release(extents.get(0));
      }
      return null;
    }
    Chunk target = queue.index().writable(chunk);
    if (write.own()) {
      target.page = extents.get(0);
      target.page.owner = target;
    }
    return target;
  }

  /** What is in it is to be found in pages. */
  private void unload(QueueState queue, Chunk resident) {
    Chunk chunk = queue.index().writable(resident);
    for (int slot = chunk.next(0); slot >= 0; slot = chunk.next(slot + 1)) {
      if (chunk.content(slot) instanceof SharedBody body) {
        body.unwanted(totals);
      } else {
        totals.loadedBytes -= chunk.size(slot);
      }
    }
    chunk.dropOwn();
    chunk.resident = false;
    queue.index().residencyChanged(chunk);
    queue.paged(chunk, 1);
    queue.evictable(-chunk.bytes);
    loaded.update(queue);
  }

  // ---- moving

  /** Moves what is left in mostly empty files; a piece of it. */
  void compact() {
    List<Extent> left = new ArrayList<>();
    for (Extent extent : pages.leftovers()) {
      if (extent.owner instanceof Chunk chunk && chunk.resident && !chunk.writing) {
        forget(chunk, extent);
      } else {
        left.add(extent);
      }
    }
    if (!left.isEmpty()) {
      pages.copy(left, copies -> copied(left, copies));
    }
  }

  /** It is in memory, and likely to be consumed before it has to be written once more. */
  private void forget(Chunk resident, Extent page) {
    resident.queue.index().writable(resident).page = null;
    page.owner = null;
    pages.release(page);
  }

  private void copied(List<Extent> from, List<@Nullable Extent> to) {
    for (int i = 0; i < from.size(); i++) {
      Extent old = from.get(i);
      Extent fresh = to.get(i);
      if (fresh == null) {
        continue; // damaged: found when it is read
      }
      if (old.owner instanceof Chunk owner) {
        Chunk chunk = owner.queue.index().writable(owner);
        chunk.page = fresh;
        fresh.owner = chunk;
      } else if (old.owner instanceof SharedBody body) {
        body.moved(fresh);
      } else {
        pages.release(fresh);
        continue;
      }
      old.owner = null;
      pages.release(old);
    }
  }
}
