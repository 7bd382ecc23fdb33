/** What is put into the package of the same name; see {@code io.quorate.chaos.mutants}. */
@NullMarked
package io.quorate.raftqueue.raft.ratis;

import org.jspecify.annotations.NullMarked;
