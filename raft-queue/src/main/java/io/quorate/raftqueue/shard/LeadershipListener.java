package io.quorate.raftqueue.shard;

/** Told when a replica of a shard begins or ends to lead. */
public interface LeadershipListener {

  /** {@code epoch} rises with every leadership of the shard, on whatever replica. */
  void leading(int shard, long epoch);

  void notLeading(int shard, long epoch);
}
