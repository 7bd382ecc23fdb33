package io.quorate.raftqueue.queue;

import io.quorate.log.v1.EntriesRecord;
import io.quorate.log.v1.QueueRecord;
import io.quorate.log.v1.Session;
import io.quorate.log.v1.SessionRecord;
import io.quorate.log.v1.SnapshotEnd;
import io.quorate.log.v1.SnapshotHeader;
import io.quorate.log.v1.SnapshotRecord;
import io.quorate.log.v1.StoredMessage;
import io.quorate.raftqueue.queue.ShardState.SessionState;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A shard's state at one moment. Capturing copies a reference per 256 messages on the thread that
 * owns the state; writing happens on another, body by body, and what is paged is read back for it.
 * A body that several queues hold is written once. To be written or abandoned, once.
 */
public final class ShardSnapshot {

  private static final int ENTRIES_PER_RECORD = 1024;

  /** Bytes of the bodies that come before the entries that refer to them, about. */
  private static final long BODY_BYTES_PER_RECORD = 1 << 20;

  private record QueueCapture(
      long id, long nextPosition, long horizon, boolean consumed, MessageIndex.Captured messages) {}

  private final long appliedIndex;
  private final Map<Integer, SessionState> sessions;
  private final List<QueueCapture> queues;
  private final long bytes;
  private final Pages.Reader reader;

  private ShardSnapshot(
      long appliedIndex,
      Map<Integer, SessionState> sessions,
      List<QueueCapture> queues,
      long bytes,
      Pages.Reader reader) {
    this.appliedIndex = appliedIndex;
    this.sessions = sessions;
    this.queues = queues;
    this.bytes = bytes;
    this.reader = reader;
  }

  public long appliedIndex() {
    return appliedIndex;
  }

  /** About as many bytes as the file will have. */
  public long bytes() {
    return bytes;
  }

  /** Call on the thread that owns the state. */
  public static ShardSnapshot capture(ShardState state, long appliedIndex) {
    List<QueueCapture> queues = new ArrayList<>();
    for (QueueState queue : state.queues()) {
      queues.add(
          new QueueCapture(
              queue.id(),
              queue.nextPosition(),
              queue.horizon(),
              queue.consumed(),
              queue.messages().capture()));
    }
    return new ShardSnapshot(
        appliedIndex, Map.copyOf(state.sessions()), queues, state.bytes(), state.pages().pin());
  }

  /** It will not be written: pages are no longer kept for it. */
  public void abandon() {
    reader.close();
  }

  /**
   * Writes the whole snapshot; does not close the stream.
   *
   * @throws PageException if a paged body cannot be read back
   */
  public void write(OutputStream out) throws IOException {
    try {
      writeAll(new Writer(out, reader));
    } finally {
      reader.close();
    }
  }

  private void writeAll(Writer writer) throws IOException {
    writer.write(
        SnapshotRecord.newBuilder()
            .setHeader(
                SnapshotHeader.newBuilder()
                    .setVersion(ShardState.FORMAT_VERSION)
                    .setMarksShared(true)
                    .setAppliedIndex(appliedIndex)));
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
                      .setConsumed(queue.consumed())));
      writer.writeMessages(queue);
    }
    writer.end();
  }

  private static final class Writer {
    private final OutputStream out;
    private final Pages.Reader reader;

    /** Of bodies that other places may refer to. */
    private final IdentityHashMap<Body, Long> numbers = new IdentityHashMap<>();

    private long bodies;
    private long records;

    /** Of bodies written since the last record of entries. */
    private long bodyBytes;

    Writer(OutputStream out, Pages.Reader reader) {
      this.out = out;
      this.reader = reader;
    }

    void write(SnapshotRecord.Builder record) throws IOException {
      record.build().writeDelimitedTo(out);
      records++;
    }

    void writeMessages(QueueCapture queue) throws IOException {
      EntriesRecord.Builder entries = EntriesRecord.newBuilder().setQueueId(queue.id());
      bodyBytes = 0;
      for (QueuedMessage message : queue.messages().messages()) {
        entries.addPositions(message.position());
        entries.addMessageNumbers(number(message.body()));
        entries.addDeliveryCounts(message.deliveryCount());
        if (entries.getPositionsCount() == ENTRIES_PER_RECORD
            || bodyBytes >= BODY_BYTES_PER_RECORD) {
          write(SnapshotRecord.newBuilder().setEntries(entries));
          entries.clear().setQueueId(queue.id());
          bodyBytes = 0;
        }
      }
      if (entries.getPositionsCount() > 0) {
        write(SnapshotRecord.newBuilder().setEntries(entries));
      }
    }

    /** The body's number, after writing it if it is new. */
    private long number(Body body) throws IOException {
      boolean shared = body instanceof Body.Shared;
      Long known = shared ? numbers.get(body) : null;
      if (known != null) {
        return known;
      }
      long number = bodies++;
      if (shared) {
        numbers.put(body, number);
      }
      StoredMessage message = body.message(reader);
      bodyBytes += Body.sizeBytes(message);
      write(SnapshotRecord.newBuilder().setMessage(message).setShared(shared));
      return number;
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
   * @param pages where the state's bodies may go
   * @param progress told after each record; may page out
   * @throws IOException if it is cut short or not a snapshot that this version can read
   */
  public static ShardState read(InputStream in, Pages pages, Consumer<ShardState> progress)
      throws IOException {
    return new Restore(pages).read(in, progress);
  }
}
