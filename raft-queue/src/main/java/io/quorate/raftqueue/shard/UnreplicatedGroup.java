package io.quorate.raftqueue.shard;

import io.quorate.raftqueue.api.ClusterStatus;
import io.quorate.raftqueue.raft.RaftGroup;
import io.quorate.raftqueue.raft.ReplicatedState;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A group of one without a log: what is proposed is applied at once, and nothing survives the
 * process. Holds the queues that live and die with their node (exclusive and transient ones), with
 * the same code as the replicated ones.
 */
public final class UnreplicatedGroup implements RaftGroup {

  private final int id;
  private final int node;
  private final long term;
  private final ReplicatedState state;
  private long index;

  /**
   * @param term rises with every start of the node
   */
  public UnreplicatedGroup(int id, int node, long term, ReplicatedState state) {
    this.id = id;
    this.node = node;
    this.term = term;
    this.state = state;
  }

  @Override
  public int id() {
    return id;
  }

  @Override
  public synchronized CompletableFuture<Void> propose(byte[] entry, @Nullable Object context) {
    return state.apply(term, ++index, ByteBuffer.wrap(entry), context);
  }

  @Override
  public boolean leaseValid() {
    return true;
  }

  @Override
  public void announceCommit() {}

  @Override
  public CompletableFuture<Void> readBarrier() {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void takeSnapshot() {}

  @Override
  public long bytesSinceSnapshot() {
    return 0;
  }

  @Override
  public CompletableFuture<Void> transferLeadership(int toNode) {
    return CompletableFuture.failedFuture(
        new UnsupportedOperationException("the queues of a node's memory cannot move"));
  }

  @Override
  public synchronized ClusterStatus.Group status() {
    return new ClusterStatus.Group(id, node, "LEADER", term, index, index, List.of(node));
  }

  @Override
  public long silenceMs(int node) {
    return Long.MAX_VALUE;
  }
}
