/**
 * The page store: files that bodies of messages are swapped out to. One store belongs to one state
 * of one replica and dies with it. Implements the {@code Pages} of {@code queue}; depends on that
 * and the log's format and nothing else of this module.
 */
@NullMarked
package io.quorate.raftqueue.page;

import org.jspecify.annotations.NullMarked;
