package io.quorate.raftqueue.queue;

import org.jspecify.annotations.Nullable;

/**
 * Queues by the power of two of the bytes they have in memory, so that one of the largest is found
 * without looking at all.
 */
final class LoadedQueues {

  private final @Nullable QueueState[] heads = new QueueState[Long.SIZE];

  /** The queue's bytes have changed, or it is new. */
  void update(QueueState queue) {
    int rank =
        queue.evictableBytes() <= 0 ? -1 : 63 - Long.numberOfLeadingZeros(queue.evictableBytes());
    if (rank != queue.loadRank) {
      unlink(queue);
      if (rank >= 0) {
        link(queue, rank);
      }
    }
  }

  void remove(QueueState queue) {
    unlink(queue);
  }

  /** A queue with at least half as many bytes as the one with the most; null if none has any. */
  @Nullable QueueState largest() {
    for (int rank = Long.SIZE - 1; rank >= 0; rank--) {
      if (heads[rank] != null) {
        return heads[rank];
      }
    }
    return null;
  }

  private void link(QueueState queue, int rank) {
    QueueState head = heads[rank];
    queue.nextLoaded = head;
    queue.previousLoaded = null;
    if (head != null) {
      head.previousLoaded = queue;
    }
    heads[rank] = queue;
    queue.loadRank = rank;
  }

  private void unlink(QueueState queue) {
    if (queue.loadRank < 0) {
      return;
    }
    QueueState previous = queue.previousLoaded;
    QueueState next = queue.nextLoaded;
    if (previous == null) {
      heads[queue.loadRank] = next;
    } else {
      previous.nextLoaded = next;
    }
    if (next != null) {
      next.previousLoaded = previous;
    }
    queue.nextLoaded = null;
    queue.previousLoaded = null;
    queue.loadRank = -1;
  }
}
