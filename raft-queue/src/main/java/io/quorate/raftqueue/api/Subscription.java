package io.quorate.raftqueue.api;

import java.util.concurrent.CompletableFuture;

/**
 * A consumer's place at a queue. It outlives changes of the shard's leader: the store attaches it
 * again and hands over what it holds. Thread-safe.
 */
public interface Subscription {

  /** Unique on this node. */
  long id();

  QueueRef queue();

  /**
   * Allows {@code credits} more deliveries.
   *
   * @param bytes how much of what came is no longer in the consumer's way: bodies and properties,
   *     counted once each
   */
  void grant(int credits, long bytes);

  /**
   * Ends it. Deliveries may still come until the future completes; none after. What is held stays
   * held until it is settled or requeued.
   */
  CompletableFuture<Void> cancel();
}
