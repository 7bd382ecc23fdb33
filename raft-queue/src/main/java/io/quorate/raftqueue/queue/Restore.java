package io.quorate.raftqueue.queue;

import io.quorate.log.v1.EntriesRecord;
import io.quorate.log.v1.QueueRecord;
import io.quorate.log.v1.SessionRecord;
import io.quorate.log.v1.SnapshotHeader;
import io.quorate.log.v1.SnapshotRecord;
import io.quorate.raftqueue.queue.ShardState.SessionState;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Reads a snapshot, record by record, into a new state. */
final class Restore {

  private final ShardState state;

  /**
   * Bodies by their number that entries to come may refer to. A body that only one place holds is
   * dropped from here when that has come; files of before that was marked keep all until the end.
   */
  private final Map<Long, Body> bodies = new HashMap<>();

  private long bodyCount;
  private boolean marksShared;

  Restore(Pages pages) {
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
            new QueueState(
                queue.getQueueId(),
                queue.getNextPosition(),
                queue.getHorizon(),
                queue.getConsumed()));
      }
      case MESSAGE ->
          bodies.put(
              bodyCount++,
              marksShared && !record.getShared()
                  ? new Body(record.getMessage())
                  : new Body.Shared(record.getMessage()));
      case ENTRIES -> takeEntries(record.getEntries());
      case END, KIND_NOT_SET ->
          throw new IOException("snapshot record of a kind that is not known");
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

  private void takeEntries(EntriesRecord entries) throws IOException {
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
      Body body = body(entries.getMessageNumbers(i));
      state.restoreMessage(queue, new QueuedMessage(position, body, entries.getDeliveryCounts(i)));
      last = position;
    }
  }

  private Body body(long number) throws IOException {
    Body body = bodies.get(number);
    if (body == null) {
      throw new IOException(
          "snapshot refers to body " + number + ", which is not one of those that it may refer to");
    }
    if (!(body instanceof Body.Shared)) {
      bodies.remove(number);
    }
    return body;
  }
}
