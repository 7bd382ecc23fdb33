/**
 * What this project needs of a Raft group, free of Ratis: {@link
 * io.quorate.raftqueue.raft.RaftGroup} is the group seen by the owner of its state, {@link
 * io.quorate.raftqueue.raft.ReplicatedState} the owner seen by the group. The sub-package {@code
 * ratis} implements it.
 */
@NullMarked
package io.quorate.raftqueue.raft;

import org.jspecify.annotations.NullMarked;
