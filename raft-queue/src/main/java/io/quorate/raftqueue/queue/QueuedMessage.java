package io.quorate.raftqueue.queue;

import io.quorate.log.v1.StoredMessage;

/**
 * A message in one queue, as it is at this moment.
 *
 * @param position its place in the queue; never changes, never used twice
 * @param message as it was published
 * @param deliveryCount how often it has come back
 */
public record QueuedMessage(long position, StoredMessage message, int deliveryCount) {

  /** Bytes of body and properties alone. */
  public long payloadBytes() {
    return (long) message.getProperties().size() + message.getBody().size();
  }
}
