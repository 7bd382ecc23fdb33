package io.quorate.raftqueue.queue;

import io.quorate.log.v1.StoredMessage;

/**
 * A message in one queue. The body is shared with the other queues that the same publish put it
 * into.
 */
public final class QueuedMessage {

  /**
   * Objects and references around a message, measured at about 250 bytes with a short routing key.
   */
  private static final long OVERHEAD_BYTES = 256;

  private final long position;
  private final StoredMessage message;
  private int deliveryCount;

  QueuedMessage(long position, StoredMessage message, int deliveryCount) {
    this.position = position;
    this.message = message;
    this.deliveryCount = deliveryCount;
  }

  /** Its place in the queue; never changes, never used twice. */
  public long position() {
    return position;
  }

  public StoredMessage message() {
    return message;
  }

  /** How often it has come back. */
  public int deliveryCount() {
    return deliveryCount;
  }

  void countReturn() {
    deliveryCount++;
  }

  /** What it counts against memory, in bytes. */
  public long sizeBytes() {
    return sizeBytes(message);
  }

  static long sizeBytes(StoredMessage message) {
    return OVERHEAD_BYTES + message.getProperties().size() + message.getBody().size();
  }
}
