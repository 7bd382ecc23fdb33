package io.quorate.raftqueue.queue;

import io.quorate.log.v1.StoredMessage;
import org.jspecify.annotations.Nullable;

/** The replicated state of one queue. Changed by {@link ShardState} only. */
public final class QueueState {

  private final long id;
  private final MessageIndex messages = new MessageIndex();
  private long nextPosition = 1;
  private long horizon;
  private long bytes;

  QueueState(long id) {
    this.id = id;
  }

  QueueState(long id, long nextPosition, long horizon) {
    this.id = id;
    this.nextPosition = nextPosition;
    this.horizon = horizon;
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

  QueuedMessage enqueue(StoredMessage message) {
    QueuedMessage queued = new QueuedMessage(nextPosition++, message, 0);
    add(queued);
    return queued;
  }

  /** Takes in a message of a snapshot. */
  void add(QueuedMessage queued) {
    messages.append(queued);
    bytes += queued.sizeBytes();
  }

  @Nullable QueuedMessage remove(long position) {
    QueuedMessage removed = messages.remove(position);
    if (removed != null) {
      bytes -= removed.sizeBytes();
    }
    return removed;
  }

  void raiseHorizon(long position) {
    horizon = Math.max(horizon, position);
  }
}
