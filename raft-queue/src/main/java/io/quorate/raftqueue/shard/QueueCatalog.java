package io.quorate.raftqueue.shard;

/** What a shard asks of this node's copy of the definitions. Thread-safe. */
public interface QueueCatalog {

  /** Whether a queue with this id is defined. */
  boolean exists(long queueId);

  /**
   * The highest id seen: a higher one is a queue this node has not heard of yet; a lower unknown
   * one was deleted.
   */
  long lastQueueId();
}
