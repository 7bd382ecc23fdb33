/** Threads, for all packages that have some; knows nothing of the module. */
@NullMarked
package io.quorate.raftqueue.thread;

import org.jspecify.annotations.NullMarked;
