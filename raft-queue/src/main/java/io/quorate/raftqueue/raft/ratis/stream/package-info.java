/**
 * Raft's appends on the wire: a connection of its own for each leader and follower, on the Raft
 * port, beside gRPC. Knows Ratis's messages, not its servers or logs.
 */
@NullMarked
package io.quorate.raftqueue.raft.ratis.stream;

import org.jspecify.annotations.NullMarked;
