package io.quorate.raftqueue.api;

/**
 * Where a queue lives.
 *
 * @param id the queue's number, given once by the metadata group and never used again
 * @param shard the shard that holds it: {@code >= 0} is a replicated shard; a negative number
 *     {@code -n} is the unreplicated, in-memory shard of node {@code n}
 */
public record QueueRef(long id, int shard) {

  /** Whether the queue is kept by Raft. */
  public boolean replicated() {
    return shard >= 0;
  }
}
