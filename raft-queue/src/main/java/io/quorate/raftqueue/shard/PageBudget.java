package io.quorate.raftqueue.shard;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of bodies the replicas on a node keep in memory before they page out; all of them
 * count here, on any thread.
 */
public final class PageBudget {

  private final PageLimits limits;
  private final long bytes;
  private final int replicas;
  private final AtomicLong loaded = new AtomicLong();

  /**
   * @param replicas that share it
   */
  public PageBudget(PageLimits limits, int replicas) {
    this.limits = limits;
    this.bytes = limits.loadedBytes();
    this.replicas = replicas;
  }

  /** Everything stays in memory. */
  public static PageBudget unlimited() {
    return new PageBudget(PageLimits.of(Long.MAX_VALUE), 1);
  }

  void add(long difference) {
    loaded.addAndGet(difference);
  }

  boolean exceeded() {
    return loaded.get() > bytes;
  }

  /** Whether the node is over its budget and a replica with so many bytes is over its part. */
  boolean exceeded(long own) {
    return own > bytes / replicas && exceeded();
  }

  /** Bytes of the next messages of each queue that are spared while there is anything else. */
  long windowBytes() {
    return Math.min(limits.readAheadBytes(), bytes / replicas / 4);
  }

  long readingBytes() {
    return limits.readingBytes();
  }

  long writingBytes() {
    return limits.writingBytes();
  }
}
