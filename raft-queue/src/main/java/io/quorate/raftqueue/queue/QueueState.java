package io.quorate.raftqueue.queue;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The replicated state of one queue. Changed by {@link ShardState} only. */
public final class QueueState {

  private final long id;
  private final MessageIndex messages = new MessageIndex();
  private long nextPosition = 1;
  private long horizon;
  private long bytes;
  private boolean consumed;

  /**
   * Messages from {@code windowEnd} up to before {@code pageCursor} have been offered to the pages;
   * those before are the next to be delivered, those after have come since.
   */
  private long windowEnd;

  private long pageCursor;
  private long loadedBytes;

  /** Its place in {@link LoadedQueues}. */
  int loadRank = -1;

  @Nullable QueueState nextLoaded;
  @Nullable QueueState previousLoaded;

  QueueState(long id) {
    this.id = id;
  }

  QueueState(long id, long nextPosition, long horizon, boolean consumed) {
    this.id = id;
    this.nextPosition = nextPosition;
    this.horizon = horizon;
    this.consumed = consumed;
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

  void markConsumed() {
    consumed = true;
  }

  /** Messages in the queue, ready or out. */
  public long count() {
    return messages.count();
  }

  /** Bytes of all messages in the queue. */
  public long bytes() {
    return bytes;
  }

  public @Nullable QueuedMessage get(long position) {
    return messages.get(position);
  }

  /** The first message at or after a position. */
  public @Nullable QueuedMessage atOrAfter(long position) {
    return messages.atOrAfter(position);
  }

  MessageIndex messages() {
    return messages;
  }

  /** Bytes of the messages that have not been offered to the pages. */
  long loadedBytes() {
    return loadedBytes;
  }

  QueuedMessage enqueue(Body body) {
    QueuedMessage queued = new QueuedMessage(nextPosition++, body, 0);
    add(queued);
    return queued;
  }

  /** Takes in a message of a snapshot. */
  void add(QueuedMessage queued) {
    messages.append(queued);
    bytes += queued.sizeBytes();
    loadedBytes += queued.sizeBytes();
  }

  @Nullable QueuedMessage remove(long position) {
    QueuedMessage removed = messages.remove(position);
    if (removed != null) {
      bytes -= removed.sizeBytes();
      if (position < windowEnd || position >= pageCursor) {
        loadedBytes -= removed.sizeBytes();
      }
    }
    return removed;
  }

  /** Counts a return of a message; answers with what is in its place now, null if it is gone. */
  @Nullable QueuedMessage countReturn(long position) {
    QueuedMessage message = messages.get(position);
    if (message == null) {
      return null;
    }
    QueuedMessage returned = message.returned();
    messages.replace(returned);
    return returned;
  }

  void raiseHorizon(long position) {
    horizon = Math.max(horizon, position);
  }

  /**
   * The next messages to be paged, some {@code runBytes} in order of position: those after the
   * first {@code windowBytes} of the queue; if there are none, those first ones. Nothing changes
   * until {@link #paged}.
   */
  List<QueuedMessage> pageable(long windowBytes, long runBytes) {
    QueuedMessage head = messages.atOrAfter(0);
    if (head != null && head.position() >= pageCursor) { // all that was offered has left
      pageCursor = positionAfter(head, windowBytes);
      windowEnd = pageCursor;
    }
    List<QueuedMessage> run = run(pageCursor, Long.MAX_VALUE, runBytes);
    return run.isEmpty() ? run(0, windowEnd, Long.MAX_VALUE) : run;
  }

  private long positionAfter(QueuedMessage head, long windowBytes) {
    long left = windowBytes;
    QueuedMessage message = head;
    while (message != null && left > 0) {
      left -= message.sizeBytes();
      message = messages.atOrAfter(message.position() + 1);
    }
    return message == null ? nextPosition : message.position();
  }

  private List<QueuedMessage> run(long from, long to, long bytesWanted) {
    List<QueuedMessage> run = new ArrayList<>();
    long left = bytesWanted;
    QueuedMessage message = messages.atOrAfter(from);
    while (message != null && message.position() < to && left > 0) {
      run.add(message);
      left -= message.sizeBytes();
      message = messages.atOrAfter(message.position() + 1);
    }
    return run;
  }

  /** What {@link #pageable} named has been paged. */
  void paged(List<QueuedMessage> run) {
    long first = run.get(0).position();
    long last = run.get(run.size() - 1).position();
    for (QueuedMessage message : run) {
      loadedBytes -= message.sizeBytes();
    }
    if (first < windowEnd) {
      windowEnd = 0;
    } else {
      pageCursor = last + 1;
    }
  }
}
