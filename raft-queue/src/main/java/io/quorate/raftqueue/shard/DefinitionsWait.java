package io.quorate.raftqueue.shard;

/**
 * Has what waits for a queue that this node's definitions do not know yet tried again when they
 * change, and wakes the loop for nothing else.
 *
 * <p>Invariant: a change is not missed: at the end of a turn it is said first that something waits,
 * and then looked whether the definitions have changed meanwhile.
 */
final class DefinitionsWait {

  private final Loop loop;
  private final QueueCatalog catalog;
  private final Runnable tryAgain;

  /** Whether an operation or request waits for a queue that this node has not heard of. */
  private volatile boolean waiting;

  /** The last queue this node knew of when what waits was last tried again. */
  private long lastQueueIdTried = -1;

  /**
   * @param tryAgain run on the loop
   */
  DefinitionsWait(Loop loop, QueueCatalog catalog, Runnable tryAgain) {
    this.loop = loop;
    this.catalog = catalog;
    this.tryAgain = tryAgain;
  }

  /** Any thread. */
  void definitionsChanged() {
    if (waiting) { // else nobody needs the loop to wake
      loop.execute(tryAgain);
    }
  }

  /** On the loop. */
  void endOfTurn(boolean anythingWaits) {
    waiting = anythingWaits;
    long lastQueueId = anythingWaits ? catalog.lastQueueId() : 0;
    if (anythingWaits && lastQueueId != lastQueueIdTried) {
      lastQueueIdTried = lastQueueId;
      loop.execute(tryAgain);
    }
  }
}
