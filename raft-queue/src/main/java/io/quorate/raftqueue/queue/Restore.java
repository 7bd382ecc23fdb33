package io.quorate.raftqueue.queue;

import io.quorate.log.v1.ChunkRecord;
import io.quorate.log.v1.EntriesRecord;
import io.quorate.log.v1.PageLocation;
import io.quorate.log.v1.QueueRecord;
import io.quorate.log.v1.SessionRecord;
import io.quorate.log.v1.SnapshotHeader;
import io.quorate.log.v1.SnapshotRecord;
import io.quorate.log.v1.StoredMessage;
import io.quorate.raftqueue.queue.Pages.PageFile;
import io.quorate.raftqueue.queue.ShardState.SessionState;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads a snapshot, record by record, into a new state. What it has in pages stays there. */
final class Restore {

  private final ShardState state;
  private final Pages pages;
  private final List<PageFile> files = new ArrayList<>();

  /**
   * Messages and shared bodies by their number that entries to come may refer to. A message that
   * only one place holds is dropped from here when that has come; files of before that was marked
   * keep all until the end.
   */
  private final Map<Long, Object> bodies = new HashMap<>();

  /** A chunk in the making, all of it bodies that are paged. */
  private @Nullable Chunk paged;

  private long bodyCount;
  private boolean marksShared;

  Restore(Pages pages) {
    this.pages = pages;
    this.state = new ShardState(pages);
  }

  ShardState read(InputStream in, Consumer<ShardState> progress) throws IOException {
    long records = 0;
    while (true) {
      SnapshotRecord record = SnapshotRecord.parseDelimitedFrom(in);
      if (record == null) {
        throw new IOException("snapshot cut short after " + records + " records");
      }
      if ((records == 0) != record.hasHeader()) {
        throw new IOException("snapshot should begin with its one header");
      }
      if (record.hasEnd()) {
        if (record.getEnd().getRecords() != records) {
          throw new IOException(
              "snapshot has "
                  + records
                  + " records, but was written with "
                  + record.getEnd().getRecords());
        }
        return state;
      }
      take(record);
      records++;
      progress.accept(state);
    }
  }

  private void take(SnapshotRecord record) throws IOException {
    switch (record.getKindCase()) {
      case HEADER -> {
        checkVersion(record.getHeader());
        marksShared = record.getHeader().getMarksShared();
      }
      case SESSION -> {
        SessionRecord session = record.getSession();
        state.restoreSession(
            session.getSession().getNode(),
            new SessionState(session.getSession().getIncarnation(), session.getLastSequence()));
      }
      case QUEUE -> {
        QueueRecord queue = record.getQueue();
        state.restoreQueue(
            queue.getQueueId(),
            queue.getNextPosition(),
            queue.getHorizon(),
            queue.getConsumed(),
            queue.getClosed());
      }
      case MESSAGE ->
          bodies.put(
              bodyCount++,
              marksShared && !record.getShared()
                  ? record.getMessage()
                  : new SharedBody(record.getMessage()));
      case ENTRIES -> takeEntries(record.getEntries());
      case PAGE_FILE -> files.add(pages.adopt(record.getPageFile().getName()));
      case SHARED_PAGE ->
          bodies.put(
              bodyCount++,
              new SharedBody(
                  extent(record.getSharedPage().getPage()), record.getSharedPage().getSize()));
      case CHUNK -> takeChunk(record.getChunk());
      case END, KIND_NOT_SET ->
          throw new IOException("snapshot record of a kind that is not known");
    }
  }

  private static void checkVersion(SnapshotHeader header) throws IOException {
    if (header.getVersion() > ShardSnapshot.FORMAT_VERSION) {
      throw new IOException(
          "snapshot of format "
              + header.getVersion()
              + ", but this version reads up to "
              + ShardSnapshot.FORMAT_VERSION);
    }
  }

  private Pages.Extent extent(PageLocation location) throws IOException {
    if (location.getFile() < 0
        || location.getFile() >= files.size()
        || location.getOffset() < 0
        || location.getLength() <= 0) {
      throw new IOException("snapshot refers to a page that cannot be: " + location);
    }
    return pages.extent(files.get(location.getFile()), location.getOffset(), location.getLength());
  }

  private QueueState queue(long id) throws IOException {
    QueueState queue = state.queue(id);
    if (queue == null) {
      throw new IOException("snapshot has messages of queue " + id + " before the queue");
    }
    return queue;
  }

  private static long lastPosition(QueueState queue) {
    Chunk last = queue.index().last();
    return last == null ? 0 : last.first + last.last();
  }

  private static void checkPosition(QueueState queue, long position, long last) throws IOException {
    if (position <= last || position >= queue.nextPosition()) {
      throw new IOException(
          "snapshot has position "
              + position
              + " in queue "
              + queue.id()
              + ", but it should be above "
              + last
              + " and below "
              + queue.nextPosition());
    }
  }

  private void takeEntries(EntriesRecord entries) throws IOException {
    QueueState queue = queue(entries.getQueueId());
    int count = entries.getPositionsCount();
    if (entries.getMessageNumbersCount() != count || entries.getDeliveryCountsCount() != count) {
      throw new IOException(
          "snapshot has lists of unequal length for queue " + entries.getQueueId());
    }
    long last = lastPosition(queue);
    for (int i = 0; i < count; i++) {
      long position = entries.getPositions(i);
      checkPosition(queue, position, last);
      Object body = body(entries.getMessageNumbers(i));
      takeEntry(queue, position, body, entries.getDeliveryCounts(i));
      last = position;
    }
    addPaged();
  }

  private void takeEntry(QueueState queue, long position, Object body, int deliveryCount) {
    if (!(body instanceof SharedBody shared)) {
      addPaged();
      int size = Totals.sizeOf((StoredMessage) body);
      state.restoreMessage(queue, position, body, size, deliveryCount);
    } else if (shared.message() != null) {
      addPaged();
      state.restoreMessage(queue, position, body, shared.size(), deliveryCount);
    } else {
      if (paged == null || position - paged.first >= Chunk.SIZE) {
        addPaged();
        paged = new Chunk(queue, position);
      }
      paged.add(paged.slot(position), body, shared.size(), deliveryCount);
    }
  }

  /** The chunk of paged bodies is complete. */
  private void addPaged() {
    Chunk chunk = paged;
    if (chunk != null) {
      paged = null;
      chunk.resident = false;
      chunk.closed = true;
      chunk.queue.add(chunk);
    }
  }

  private Object body(long number) throws IOException {
    Object body = bodies.get(number);
    if (body == null) {
      throw new IOException(
          "snapshot refers to body " + number + ", which is not one of those that it may refer to");
    }
    if (!(body instanceof SharedBody)) {
      bodies.remove(number);
    }
    return body;
  }

  private void takeChunk(ChunkRecord record) throws IOException {
    QueueState queue = queue(record.getQueueId());
    long first = record.getFirstPosition();
    checkPosition(queue, first, lastPosition(queue));
    Map<Integer, SharedBody> shared = new HashMap<>();
    if (record.getSharedSlotsCount() != record.getMessageNumbersCount()
        || record.getReturnedSlotsCount() != record.getDeliveryCountsCount()
        || record.getLiveCount() > Chunk.SIZE / Long.SIZE) {
      throw new IOException("snapshot has lists of unequal length for queue " + queue.id());
    }
    for (int i = 0; i < record.getSharedSlotsCount(); i++) {
      if (!(body(record.getMessageNumbers(i)) instanceof SharedBody body)) {
        throw new IOException("snapshot shares body " + record.getMessageNumbers(i));
      }
      shared.put(record.getSharedSlots(i), body);
    }
    Chunk chunk = new Chunk(queue, first);
    int index = 0;
    for (int slot = 0; slot < record.getLiveCount() * Long.SIZE; slot++) {
      if ((record.getLive(slot >> 6) >>> slot & 1) != 0) {
        if (index >= record.getSizesCount() && record.getSizesCount() != 1) {
          throw new IOException("snapshot lacks sizes for queue " + queue.id());
        }
        int size = record.getSizes(record.getSizesCount() == 1 ? 0 : index);
        chunk.add(slot, shared.get(slot), size, 0);
        index++;
      }
    }
    if (chunk.count() == 0) {
      throw new IOException("snapshot has a chunk without messages in queue " + queue.id());
    }
    checkPosition(queue, first + chunk.last(), first - 1);
    for (int i = 0; i < record.getReturnedSlotsCount(); i++) {
      if (!chunk.has(record.getReturnedSlots(i))) {
        throw new IOException("snapshot has returns of a message that is gone");
      }
      chunk.setReturns(record.getReturnedSlots(i), record.getDeliveryCounts(i));
    }
    chunk.resident = false;
    chunk.closed = true;
    chunk.dropOwn();
    chunk.page = extent(record.getPage());
    chunk.page.owner = chunk;
    queue.add(chunk);
  }
}
