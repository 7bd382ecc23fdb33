package io.quorate.raftqueue.queue;

import io.quorate.log.v1.ChunkRecord;
import io.quorate.log.v1.EntriesRecord;
import io.quorate.log.v1.PageFileRecord;
import io.quorate.log.v1.PageLocation;
import io.quorate.log.v1.QueueRecord;
import io.quorate.log.v1.Session;
import io.quorate.log.v1.SessionRecord;
import io.quorate.log.v1.SharedPageRecord;
import io.quorate.log.v1.SnapshotEnd;
import io.quorate.log.v1.SnapshotHeader;
import io.quorate.log.v1.SnapshotRecord;
import io.quorate.log.v1.StoredMessage;
import io.quorate.raftqueue.queue.Pages.Extent;
import io.quorate.raftqueue.queue.Pages.PageFile;
import io.quorate.raftqueue.queue.ShardState.SessionState;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A shard's state at one moment. Capturing copies a reference per chunk on the thread that owns the
 * state; writing happens on another. What is in pages is named, not copied: the files belong to the
 * snapshot ({@link #attach}). To be written and then closed, once.
 */
public final class ShardSnapshot implements AutoCloseable {

  /** The format that this code writes; it reads all up to this. */
  public static final int FORMAT_VERSION = 2;

  private static final int ENTRIES_PER_RECORD = 1024;

  /** Bytes of the bodies that come before the entries that refer to them, about. */
  private static final long BODY_BYTES_PER_RECORD = 1 << 20;

  private record QueueCapture(
      long id,
      long nextPosition,
      long horizon,
      boolean consumed,
      boolean closed,
      List<Chunk> chunks) {}

  private final long appliedIndex;
  private final Map<Integer, SessionState> sessions;
  private final List<QueueCapture> queues;
  private final Pages.Pin pin;

  /** Those that have been named so far, with their numbers. */
  private final Map<PageFile, Integer> files = new IdentityHashMap<>();

  private ShardSnapshot(
      long appliedIndex,
      Map<Integer, SessionState> sessions,
      List<QueueCapture> queues,
      Pages.Pin pin) {
    this.appliedIndex = appliedIndex;
    this.sessions = sessions;
    this.queues = queues;
    this.pin = pin;
  }

  public long appliedIndex() {
    return appliedIndex;
  }

  /** Call on the thread that owns the state. */
  public static ShardSnapshot capture(ShardState state, long appliedIndex) {
    Pages.Pin pin = state.pages().pin();
    List<QueueCapture> queues = new ArrayList<>();
    for (QueueState queue : state.queues()) {
      queues.add(
          new QueueCapture(
              queue.id(),
              queue.nextPosition(),
              queue.horizon(),
              queue.consumed(),
              queue.closed(),
              queue.index().capture()));
    }
    return new ShardSnapshot(appliedIndex, Map.copyOf(state.sessions()), queues, pin);
  }

  /** Page files are no longer kept for it. */
  @Override
  public void close() {
    pin.close();
  }

  /** Writes the state; what is in page files is only named. */
  public void write(OutputStream out) throws IOException {
    Writer writer = new Writer(out);
    writer.write(
        SnapshotRecord.newBuilder()
            .setHeader(
                SnapshotHeader.newBuilder()
                    .setVersion(FORMAT_VERSION)
                    .setAppliedIndex(appliedIndex)
                    .setMarksShared(true)));
    for (Map.Entry<Integer, SessionState> entry : sessions.entrySet()) {
      writer.write(
          SnapshotRecord.newBuilder()
              .setSession(
                  SessionRecord.newBuilder()
                      .setSession(
                          Session.newBuilder()
                              .setNode(entry.getKey())
                              .setIncarnation(entry.getValue().incarnation()))
                      .setLastSequence(entry.getValue().lastSequence())));
    }
    for (QueueCapture queue : queues) {
      writer.write(
          SnapshotRecord.newBuilder()
              .setQueue(
                  QueueRecord.newBuilder()
                      .setQueueId(queue.id())
                      .setNextPosition(queue.nextPosition())
                      .setHorizon(queue.horizon())
                      .setConsumed(queue.consumed())
                      .setClosed(queue.closed())));
      writer.writeMessages(queue);
    }
    writer.end();
  }

  /** The page files that what has been written refers to. */
  Collection<PageFile> files() {
    return Collections.unmodifiableCollection(files.keySet());
  }

  /**
   * After {@link #write}: forces what it refers to and puts the files, under their names, into the
   * snapshot's directory. That it is there is for the caller to make durable.
   *
   * @param directory made if any file is needed
   */
  public void attach(String directory) throws IOException {
    for (PageFile file : files.keySet()) {
      pin.attach(file, directory);
    }
  }

  private final class Writer {
    private final OutputStream out;

    /** Of bodies that other places may refer to. */
    private final Map<SharedBody, Long> numbers = new HashMap<>();

    private long bodies;
    private long records;

    /** Of bodies written since the last record of entries. */
    private long bodyBytes;

    Writer(OutputStream out) {
      this.out = out;
    }

    void write(SnapshotRecord.Builder record) throws IOException {
      record.build().writeDelimitedTo(out);
      records++;
    }

    void writeMessages(QueueCapture queue) throws IOException {
      EntriesRecord.Builder entries = EntriesRecord.newBuilder().setQueueId(queue.id());
      bodyBytes = 0;
      for (Chunk chunk : queue.chunks()) {
        Extent page = chunk.page;
        if (page != null) {
          flush(entries);
          write(SnapshotRecord.newBuilder().setChunk(chunk(queue.id(), chunk, page)));
        } else {
          for (int slot = chunk.next(0); slot >= 0; slot = chunk.next(slot + 1)) {
            entries.addPositions(chunk.first + slot);
            entries.addMessageNumbers(number(chunk.content(slot)));
            entries.addDeliveryCounts(chunk.returns(slot));
            if (entries.getPositionsCount() == ENTRIES_PER_RECORD
                || bodyBytes >= BODY_BYTES_PER_RECORD) {
              flush(entries);
            }
          }
        }
      }
      flush(entries);
    }

    private void flush(EntriesRecord.Builder entries) throws IOException {
      if (entries.getPositionsCount() > 0) {
        write(SnapshotRecord.newBuilder().setEntries(entries));
        entries.clearPositions().clearMessageNumbers().clearDeliveryCounts();
        bodyBytes = 0;
      }
    }

    private ChunkRecord.Builder chunk(long queueId, Chunk chunk, Extent page) throws IOException {
      ChunkRecord.Builder record =
          ChunkRecord.newBuilder().setQueueId(queueId).setFirstPosition(chunk.first);
      for (long word : chunk.live()) {
        record.addLive(word);
      }
      for (int slot = chunk.next(0); slot >= 0; slot = chunk.next(slot + 1)) {
        if (chunk.sizesDiffer() || record.getSizesCount() == 0) {
          record.addSizes(chunk.size(slot));
        }
        if (chunk.returns(slot) != 0) {
          record.addReturnedSlots(slot).addDeliveryCounts(chunk.returns(slot));
        }
        if (chunk.content(slot) instanceof SharedBody body) {
          record.addSharedSlots(slot).addMessageNumbers(number(body));
        }
      }
      return record.setPage(location(page));
    }

    private PageLocation.Builder location(Extent page) throws IOException {
      Integer known = files.get(page.file());
      int file = known == null ? files.size() : known;
      if (known == null) {
        files.put(page.file(), file);
        write(
            SnapshotRecord.newBuilder()
                .setPageFile(PageFileRecord.newBuilder().setName(page.file().name())));
      }
      return PageLocation.newBuilder()
          .setFile(file)
          .setOffset(page.offset())
          .setLength(page.length());
    }

    /** The number of a message or body, after writing it if it is new. */
    private long number(@Nullable Object content) throws IOException {
      if (content instanceof SharedBody body) {
        Long known = numbers.get(body);
        if (known != null) {
          return known;
        }
        Object where = body.where();
        if (where instanceof Extent page) {
          PageLocation.Builder location = location(page);
          write(
              SnapshotRecord.newBuilder()
                  .setSharedPage(
                      SharedPageRecord.newBuilder().setPage(location).setSize(body.size())));
        } else {
          write((StoredMessage) where, true);
        }
        numbers.put(body, bodies);
      } else if (content instanceof StoredMessage message) {
        write(message, false);
      } else {
        throw new IllegalStateException("a message is neither in memory nor paged");
      }
      return bodies++;
    }

    private void write(StoredMessage message, boolean shared) throws IOException {
      bodyBytes += Totals.sizeOf(message);
      write(SnapshotRecord.newBuilder().setMessage(message).setShared(shared));
    }

    void end() throws IOException {
      SnapshotRecord.newBuilder()
          .setEnd(SnapshotEnd.newBuilder().setRecords(records))
          .build()
          .writeDelimitedTo(out);
    }
  }

  /** As {@link #read(InputStream, Pages, Consumer)}, with everything in memory. */
  public static ShardState read(InputStream in) throws IOException {
    return read(in, Pages.NONE, state -> {});
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param pages where the state's messages go, and where the snapshot's files are
   * @param progress told after each record; may page out ({@link #pageOut})
   * @throws IOException if it is cut short or not a snapshot that this version can read
   */
  public static ShardState read(InputStream in, Pages pages, Consumer<ShardState> progress)
      throws IOException {
    return new Restore(pages).read(in, progress);
  }

  /** Pages out a chunk of a state that is being read, at once; false if that cannot be done. */
  public static boolean pageOut(ShardState restoring, long windowBytes) {
    return restoring.pageOutNow(windowBytes);
  }
}
