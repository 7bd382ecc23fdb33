package io.quorate.raftqueue.queue;

import io.quorate.log.v1.StoredMessage;

/**
 * A message in one queue. The body is shared with the other queues that the same publish put it
 * into. Immutable: a message that comes back is replaced, so that snapshots can share it.
 */
public final class QueuedMessage {

  private final long position;
  private final Body body;
  private final int deliveryCount;

  QueuedMessage(long position, Body body, int deliveryCount) {
    this.position = position;
    this.body = body;
    this.deliveryCount = deliveryCount;
  }

  /** Its place in the queue; never changes, never used twice. */
  public long position() {
    return position;
  }

  /**
   * The message, read back if it is paged.
   *
   * @throws PageException if that fails
   */
  public StoredMessage message() {
    return body.message();
  }

  Body body() {
    return body;
  }

  /** How often it has come back. */
  public int deliveryCount() {
    return deliveryCount;
  }

  /** The same after it has come back once more. */
  QueuedMessage returned() {
    return new QueuedMessage(position, body, deliveryCount + 1);
  }

  /** Bytes of body and properties alone. */
  public long payloadBytes() {
    return body.payloadBytes();
  }

  /** What it counts against memory while it is there, in bytes. */
  public long sizeBytes() {
    return body.sizeBytes();
  }
}
