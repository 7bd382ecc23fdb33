/**
 * A node's store put together: its Raft groups, its links, the shards' clients, the definitions;
 * the implementation of {@link io.quorate.raftqueue.api.QueueStore} and {@link
 * io.quorate.raftqueue.api.ClusterStatus}.
 *
 * <ul>
 *   <li>{@code ReplicatedStore}: opens and closes all of it
 *   <li>{@code StoreQueues}, {@code StoreStatus}: what the node's other parts are given
 *   <li>{@code StoreReplicas}, {@code StoreLinks} with {@code PeerQuestions}, {@code StoreClock},
 *       {@code StoreMetrics}: what it consists of, does again and again, and tells
 *   <li>{@code DefinitionService} and what serves it: changes of the definitions
 *   <li>{@code Budget} and the alarms: whether publishers may go on
 * </ul>
 */
@NullMarked
package io.quorate.raftqueue.store;

import org.jspecify.annotations.NullMarked;
