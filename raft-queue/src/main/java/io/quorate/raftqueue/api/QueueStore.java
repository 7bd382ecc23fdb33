package io.quorate.raftqueue.api;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The replicated store as one node's frontends see it. It finds each shard's leader, wherever it
 * is, and follows it when it changes: operations are numbered, sent again after a failover, and
 * happen exactly once while this node lives.
 *
 * <p>Thread-safe. Calls for one queue made by one thread take effect in the order of the calls, the
 * asynchronous ones ({@link #get}, {@link #stats}, {@link #purge}, {@link #subscribe}) included: a
 * get sees what the same thread published before. Futures fail with {@link RefusedException}; they
 * complete on threads of the store, so dependents must not block.
 */
public interface QueueStore {

  /** This node's copy of the definitions. */
  Definitions definitions();

  /**
   * Changes the definitions. Completes when every reachable node has applied the change, so that it
   * can be seen on any connection of the cluster.
   */
  CompletableFuture<DefinitionResult> define(DefinitionCommand command);

  /**
   * Completes when this node's {@link #definitions} hold everything that was committed before the
   * call (a linearizable read). For names that were not found locally.
   */
  CompletableFuture<Void> refreshDefinitions();

  /** Puts a message into queues; {@code completion} is told once, after the last of them. */
  void publish(Message message, List<QueueRef> queues, Completion completion);

  /**
   * Removes delivered messages for good; {@code completion} is told when a majority has it on disk.
   *
   * @param awaited whether somebody waits for that; otherwise it may take some milliseconds longer
   */
  void settle(
      QueueRef queue, long holder, long[] positions, boolean awaited, Completion completion);

  /** Gives delivered messages back to their places in the queue; counts one return each. */
  void requeue(QueueRef queue, long holder, long[] positions, Completion completion);

  CompletableFuture<Subscription> subscribe(
      QueueRef queue, SubscriptionSpec spec, DeliveryListener listener);

  /** Takes one message; with {@code autoSettle} it is settled as it is sent. */
  CompletableFuture<GetResult> get(QueueRef queue, boolean autoSettle);

  CompletableFuture<QueueStats> stats(QueueRef queue);

  /** Drops all ready messages; answers how many. */
  CompletableFuture<Long> purge(QueueRef queue);

  /**
   * As {@link #stats}, for a client that has declared a queue that was there already. If it is an
   * auto-delete queue that has lost its consumers with their nodes, it stays for this client's.
   */
  CompletableFuture<QueueStats> statsOfDeclared(QueueRef queue);

  /**
   * Deletes a queue whose conditions hold: that, and that it takes no message and no consumer any
   * more, is one decision. Answers how many messages were ready, when every reachable node knows
   * that it is gone; one that is gone already has none. Refused with PRECONDITION_FAILED where a
   * condition does not hold.
   */
  CompletableFuture<Long> delete(QueueRef queue, DeleteCondition condition);

  /**
   * True if the queue lived in the memory of a node that has been given up: nothing can be put into
   * it, and unless the node was only out of reach, it is gone.
   */
  boolean isLost(QueueRef queue);

  /**
   * The shard that a new replicated queue should go to when it is declared on this node.
   *
   * @param balanced one of all shards in turn; else one that this node leads, or will lead again
   */
  int placeQueue(boolean balanced);

  /** The unreplicated shard of this node, for queues that live and die with it. */
  int localShard();

  /**
   * False while publishers should stop sending: too much is under way, or too little memory or disk
   * is left on a node of the cluster. See {@link #onWritable}.
   */
  boolean isWritable();

  /** Why it is not writable at the moment, for the user of a publisher; never empty. */
  String heldBackReason();

  /**
   * Runs {@code task} once, soon, when the store is writable (at once if it is); must not block.
   */
  void onWritable(Runnable task);
}
