package io.quorate.raftqueue.shard;

/** What a shard asks of this node's copy of the definitions, and has done there. Thread-safe. */
public interface QueueCatalog {

  /** Whether a queue with this id is defined. */
  boolean exists(long queueId);

  /**
   * The highest id seen: a higher one is a queue this node has not heard of yet; a lower unknown
   * one was deleted.
   */
  long lastQueueId();

  /** Whether a queue is defined that goes with its last consumer. */
  boolean autoDelete(long queueId);

  /** Has a queue's definition deleted, in a while. */
  void delete(long queueId);
}
