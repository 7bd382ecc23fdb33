package io.quorate.raftqueue.api;

/**
 * Where a queue lives.
 *
 * @param id the queue's number, given once by the metadata group and never used again
 * @param shard the shard that holds it: {@code >= 0} is a replicated shard; a number below -1 is
 *     the unreplicated, in-memory shard of a node, see {@link #localShard}
 */
public record QueueRef(long id, int shard) {

  /** The number of a node's own shard, in its memory. (-1 is the metadata group.) */
  public static int localShard(int node) {
    return -1 - node;
  }

  /** Whether the queue is kept by Raft. */
  public boolean replicated() {
    return shard >= 0;
  }
}
