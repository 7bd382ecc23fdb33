package io.quorate.raftqueue.raft;

import io.quorate.raftqueue.api.ClusterStatus;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** This node's replica of one Raft group. Thread-safe. */
public interface RaftGroup {

  /** The shard's number, or {@link #METADATA}. */
  int id();

  /** The number of the metadata group. */
  int METADATA = -1;

  /**
   * Proposes an entry; works on the leader only. Calls from one thread are appended in the order of
   * the calls. The future completes when the entry is committed and handed to {@link
   * ReplicatedState#apply}, and fails with {@link NotProposedException} otherwise; a failed entry
   * may still be committed later.
   *
   * @param context comes back with {@link ReplicatedState#apply} on this replica if it still leads
   *     in the same term
   */
  CompletableFuture<Void> propose(byte[] entry, @Nullable Object context);

  /**
   * Whether no other replica can have become leader yet: a majority has answered an append that was
   * sent less than the shortest election timeout, minus a margin for drifting clocks, ago. Cheap
   * (no allocation to speak of): may be asked for every run of deliveries. Always true for a group
   * of one that leads.
   */
  boolean leaseValid();

  /** Sends the followers the commit index now rather than with the next heartbeat. */
  void announceCommit();

  /**
   * Completes once this replica has applied all that was committed anywhere before the call. Works
   * on any replica. Fails with {@link NotProposedException} if no leader is known or it does not
   * answer within 3 s: ask again.
   */
  CompletableFuture<Void> readBarrier();

  /**
   * Asks for a snapshot: {@link ReplicatedState#writeSnapshot} is called, the file becomes the
   * group's latest snapshot, and the log before it is purged. Does nothing while one is under way.
   */
  void takeSnapshot();

  /** Bytes of log entries applied since the last snapshot, whichever replica wrote them. */
  long bytesSinceSnapshot();

  /**
   * Hands leadership to another member; works on the leader only. Until it is decided proposals are
   * refused and the lease is not valid. Fails with {@link NotProposedException} after 3 s.
   */
  CompletableFuture<Void> transferLeadership(int toNode);

  /** Role, term and indexes now. */
  ClusterStatus.Group status();

  /**
   * Milliseconds since this leader last heard from {@code node}; {@link Long#MAX_VALUE} if not
   * leader or never.
   */
  long silenceMs(int node);
}
