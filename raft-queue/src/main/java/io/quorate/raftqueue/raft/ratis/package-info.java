/**
 * The thin shell that runs {@link io.quorate.raftqueue.raft.ReplicatedState}s on Apache Ratis: one
 * server per node, many groups, gRPC between nodes.
 *
 * <p>{@link io.quorate.raftqueue.raft.ratis.RatisNode} is the way in. Nothing outside this package
 * uses Ratis, except for the shaded gRPC types of the services that share the port. May depend on
 * {@code io.quorate.raftqueue.raft} and {@code io.quorate.raftqueue.api} only.
 */
@NullMarked
package io.quorate.raftqueue.raft.ratis;

import org.jspecify.annotations.NullMarked;
