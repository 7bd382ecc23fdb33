/** What is put into the package of the same name; see {@code io.quorate.chaos.mutants}. */
@NullMarked
package io.quorate.raftqueue.metadata;

import org.jspecify.annotations.NullMarked;
