package io.quorate.raftqueue.queue;

import java.util.ArrayDeque;

/**
 * Writes to pages what is only in memory, ahead of a snapshot, which then only names it: each
 * message is written once, however many snapshots are taken while it is there, and need not be
 * written again to leave memory. Chunks that still grow are left to the snapshot itself. Like the
 * state, for one thread.
 */
final class SnapshotPages {

  private final PageOut out;
  private final ArrayDeque<ChunkKey> left = new ArrayDeque<>();
  private final long mostBytes;
  private final Runnable then;
  private long underWayBytes;
  private boolean going;

  /**
   * @param mostBytes of messages that may be on their way to pages
   * @param then called once, when all that was there at the beginning is written, or cannot be
   */
  SnapshotPages(PageOut out, long mostBytes, Runnable then) {
    this.out = out;
    this.mostBytes = mostBytes;
    this.then = then;
  }

  void write(Iterable<QueueState> queues) {
    for (QueueState queue : queues) {
      for (Chunk chunk : queue.index().resident()) {
        if (isWorthIt(queue, chunk)) {
          left.add(new ChunkKey(queue, chunk.first));
        }
      }
    }
    goOn();
  }

  private static boolean isWorthIt(QueueState queue, Chunk chunk) {
    boolean grows = chunk == queue.index().last() && chunk.accepts(chunk.limit());
    return chunk.resident && chunk.page == null && !chunk.writing && !grows;
  }

  private void goOn() {
    going = true;
    while (!left.isEmpty() && underWayBytes < mostBytes) {
      ChunkKey key = left.remove();
      Chunk chunk = key.queue().index().at(key.first());
      if (chunk != null && isWorthIt(key.queue(), chunk)) {
        save(key.queue(), chunk);
      }
    }
    going = false;
    if (left.isEmpty() && underWayBytes == 0) { // the last answer has come
      then.run();
    }
  }

  private void save(QueueState queue, Chunk chunk) {
    long bytes = chunk.bytes;
    underWayBytes += bytes;
    out.save(
        queue,
        chunk,
        written -> {
          underWayBytes -= bytes;
          if (!written) {
            left.clear(); // the snapshot has them itself
          }
          if (!going) {
            goOn();
          }
        });
  }
}
