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

/**
 * A shard's state at one moment. Capturing copies references and counters on the thread that owns
 * the state; writing happens on another. A body that several queues hold is written once.
 */
public final class ShardSnapshot {

  private static final int ENTRIES_PER_RECORD = 1024;

  private record QueueCapture(
      long id,
      long nextPosition,
      long horizon,
      List<QueuedMessage> messages,
      int[] deliveryCounts) {}

  private final long appliedIndex;
  private final Map<Integer, SessionState> sessions;
  private final List<QueueCapture> queues;
  private final long bytes;

  private ShardSnapshot(
      long appliedIndex,
      Map<Integer, SessionState> sessions,
      List<QueueCapture> queues,
      long bytes) {
    this.appliedIndex = appliedIndex;
    this.sessions = sessions;
    this.queues = queues;
    this.bytes = bytes;
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
      List<QueuedMessage> messages = queue.messages().toList();
      int[] counts = new int[messages.size()];
      for (int i = 0; i < counts.length; i++) {
        counts[i] = messages.get(i).deliveryCount();
      }
      queues.add(
          new QueueCapture(queue.id(), queue.nextPosition(), queue.horizon(), messages, counts));
    }
    return new ShardSnapshot(appliedIndex, Map.copyOf(state.sessions()), queues, state.bytes());
  }

  /** Writes the whole snapshot; does not close the stream. */
  public void write(OutputStream out) throws IOException {
    Writer writer = new Writer(out);
    writer.write(
        SnapshotRecord.newBuilder()
            .setHeader(
                SnapshotHeader.newBuilder()
                    .setVersion(ShardState.FORMAT_VERSION)
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
                      .setHorizon(queue.horizon())));
      writer.writeMessages(queue);
    }
    writer.end();
  }

  private static final class Writer {
    private final OutputStream out;
    private final IdentityHashMap<StoredMessage, Long> numbers = new IdentityHashMap<>();
    private long records;

    Writer(OutputStream out) {
      this.out = out;
    }

    void write(SnapshotRecord.Builder record) throws IOException {
      record.build().writeDelimitedTo(out);
      records++;
    }

    void writeMessages(QueueCapture queue) throws IOException {
      for (int from = 0; from < queue.messages().size(); from += ENTRIES_PER_RECORD) {
        int to = Math.min(from + ENTRIES_PER_RECORD, queue.messages().size());
        EntriesRecord.Builder entries = EntriesRecord.newBuilder().setQueueId(queue.id());
        for (int i = from; i < to; i++) {
          QueuedMessage message = queue.messages().get(i);
          entries.addPositions(message.position());
          entries.addMessageNumbers(number(message.message()));
          entries.addDeliveryCounts(queue.deliveryCounts()[i]);
        }
        write(SnapshotRecord.newBuilder().setEntries(entries));
      }
    }

    /** The body's number, after writing it if it is new. */
    private long number(StoredMessage message) throws IOException {
      Long known = numbers.get(message);
      if (known != null) {
        return known;
      }
      long number = numbers.size();
      numbers.put(message, number);
      write(SnapshotRecord.newBuilder().setMessage(message));
      return number;
    }

    void end() throws IOException {
      SnapshotRecord.newBuilder()
          .setEnd(SnapshotEnd.newBuilder().setRecords(records))
          .build()
          .writeDelimitedTo(out);
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IOException if it is cut short or not a snapshot that this version can read
   */
  public static ShardState read(InputStream in) throws IOException {
    ShardState state = new ShardState();
    List<StoredMessage> messages = new ArrayList<>();
    long records = 0;
    while (true) {
      SnapshotRecord record = SnapshotRecord.parseDelimitedFrom(in);
      if (record == null) {
        throw new IOException("snapshot cut short after " + records + " records");
      }
      if ((records == 0) != record.hasHeader()) {
        throw new IOException("snapshot should begin with its one header");
      }
      switch (record.getKindCase()) {
        case HEADER -> checkVersion(record.getHeader());
        case SESSION -> {
          SessionRecord session = record.getSession();
          state.restoreSession(
              session.getSession().getNode(),
              new SessionState(session.getSession().getIncarnation(), session.getLastSequence()));
        }
        case QUEUE -> {
          QueueRecord queue = record.getQueue();
          state.restoreQueue(
              new QueueState(queue.getQueueId(), queue.getNextPosition(), queue.getHorizon()));
        }
        case MESSAGE -> messages.add(record.getMessage());
        case ENTRIES -> readEntries(state, messages, record.getEntries());
        case END -> {
          if (record.getEnd().getRecords() != records) {
            throw new IOException(
                "snapshot has "
                    + records
                    + " records, but was written with "
                    + record.getEnd().getRecords());
          }
          return state;
        }
        case KIND_NOT_SET -> throw new IOException("snapshot record of a kind that is not known");
      }
      records++;
    }
  }

  private static void checkVersion(SnapshotHeader header) throws IOException {
    if (header.getVersion() > ShardState.FORMAT_VERSION) {
      throw new IOException(
          "snapshot of format "
              + header.getVersion()
              + ", but this version reads up to "
              + ShardState.FORMAT_VERSION);
    }
  }

  private static void readEntries(
      ShardState state, List<StoredMessage> messages, EntriesRecord entries) throws IOException {
    QueueState queue = state.queue(entries.getQueueId());
    if (queue == null) {
      throw new IOException(
          "snapshot has messages of queue " + entries.getQueueId() + " before the queue");
    }
    int count = entries.getPositionsCount();
    if (entries.getMessageNumbersCount() != count || entries.getDeliveryCountsCount() != count) {
      throw new IOException(
          "snapshot has lists of unequal length for queue " + entries.getQueueId());
    }
    long last = queue.messages().lastPosition();
    for (int i = 0; i < count; i++) {
      long position = entries.getPositions(i);
      long number = entries.getMessageNumbers(i);
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
      if (number < 0 || number >= messages.size()) {
        throw new IOException(
            "snapshot refers to body " + number + " of " + messages.size() + " so far");
      }
      state.restoreMessage(
          queue,
          new QueuedMessage(position, messages.get((int) number), entries.getDeliveryCounts(i)));
      last = position;
    }
  }
}
