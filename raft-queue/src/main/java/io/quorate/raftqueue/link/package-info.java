/**
 * Streams between nodes: each node opens one to every other and says there what its frontends have
 * to say; the answers come back on it. They share the Raft port, so they are built on the gRPC that
 * Ratis brings along.
 */
@NullMarked
package io.quorate.raftqueue.link;

import org.jspecify.annotations.NullMarked;
