/** Tests of threads. */
@NullMarked
package io.quorate.raftqueue.thread;

import org.jspecify.annotations.NullMarked;
