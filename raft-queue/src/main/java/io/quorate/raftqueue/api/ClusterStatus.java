package io.quorate.raftqueue.api;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What administration sees of the cluster from one node. Thread-safe; nothing here blocks. */
public interface ClusterStatus {

  /** This node's number. */
  int nodeId();

  /** All configured nodes, by number. */
  List<Node> nodes();

  /**
   * All replicated groups as this node sees them: the metadata group (number -1) first, then the
   * shards.
   */
  List<Group> groups();

  /**
   * Asks a group's leader (this node if it leads, else by its link) to hand leadership to {@code
   * toNode}.
   */
  CompletableFuture<Void> transferLeadership(int group, int toNode);

  /**
   * Applied index of each replica of a group, asked from the replicas themselves; unreachable ones
   * are left out.
   */
  CompletableFuture<List<Replica>> replicas(int group);

  /**
   * @param reachable whether a link to it is up (true for this node)
   * @param host where it listens, as configured
   * @param shortOf what it is short of, {@code memory} or {@code disk}, so that publishers of the
   *     whole cluster wait; empty if of nothing
   */
  record Node(int id, String host, int raftPort, boolean reachable, List<String> shortOf) {
    public Node {
      shortOf = List.copyOf(shortOf);
    }
  }

  /**
   * @param id the shard's number, or -1 for the metadata group
   * @param leader the leader's node number, or null if this node knows none; never one that led
   *     before {@code term}
   * @param role this node's role: LEADER, FOLLOWER, CANDIDATE, LISTENER or NONE
   * @param term 0, as the indexes are, with the role NONE: the replica is not there or is closing
   * @param members node numbers of the replicas
   */
  record Group(
      int id,
      @Nullable Integer leader,
      String role,
      long term,
      long commitIndex,
      long appliedIndex,
      List<Integer> members) {}

  record Replica(int node, String role, long term, long commitIndex, long appliedIndex) {}

  /** What this node's replicas of shards have, to be compared with others'; any thread. */
  List<StateDigest> digests();

  /**
   * A number for what a replica had at an index of the log: its sessions, queues and messages in
   * their places, of bodies the size. All replicas of a shard have the same at the same index, if
   * they run the same version.
   *
   * @param group the shard's number
   * @param index all entries before it were applied, and no other
   */
  record StateDigest(int group, long index, long digest) {}
}
