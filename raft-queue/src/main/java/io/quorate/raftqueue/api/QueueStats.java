package io.quorate.raftqueue.api;

/**
 * Figures of a queue, as its shard's leader sees them.
 *
 * @param ready messages that wait for a consumer
 * @param unacked messages that are out with consumers
 * @param consumers subscriptions
 * @param bytes bytes of all messages held, ready and unacked
 */
public record QueueStats(long ready, long unacked, int consumers, long bytes) {

  public static final QueueStats EMPTY = new QueueStats(0, 0, 0, 0);
}
