/**
 * A node's store put together: its Raft groups, its links, the shards' clients, the definitions;
 * the implementation of {@link io.quorate.raftqueue.api.QueueStore} and {@link
 * io.quorate.raftqueue.api.ClusterStatus}.
 */
@NullMarked
package io.quorate.raftqueue.store;

import org.jspecify.annotations.NullMarked;
