package io.quorate.raftqueue.queue;

import java.util.Map;

/**
 * Goes through the pages of all queues again and again, so that damage is found, and repaired from
 * another replica, before all replicas have some.
 */
final class PageScrub {

  /** So that a turn stays short where little is paged. */
  private static final int LOOKS = 4_096;

  private final PageIn pageIn;

  /** The queues of this round, and which of them comes next. */
  private long[] round = {};

  private int next;

  /** The chunk that was looked at last. */
  private long queueId = -1;

  private long first = -1;

  PageScrub(PageIn pageIn) {
    this.pageIn = pageIn;
  }

  /**
   * Begins to check the next pages, of so many bytes and the rest of one.
   *
   * @return how many bytes these are; fewer when a round is over
   */
  long check(Map<Long, QueueState> queues, long bytes) {
    long checked = 0;
    QueueState queue = queues.get(queueId);
    for (int looks = 0; looks < LOOKS && checked < bytes; looks++) {
      Chunk chunk = queue == null ? null : queue.index().after(first);
      if (queue != null && chunk != null) {
        first = chunk.first;
        checked += pageIn.check(queue, chunk);
        continue;
      }
      first = -1;
      queueId = next < round.length ? round[next++] : -1;
      queue = queues.get(queueId);
      if (queueId < 0) {
        begin(queues); // round and round, but not in one turn
        break;
      }
    }
    return checked;
  }

  private void begin(Map<Long, QueueState> queues) {
    round = queues.keySet().stream().mapToLong(Long::longValue).sorted().toArray();
    next = 0;
  }
}
