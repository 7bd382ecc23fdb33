/**
 * The page store: files that messages are paged out to. One store belongs to one state of one
 * replica and dies with it; what a snapshot needs of it, it keeps by names of its own. Implements
 * the {@code Pages} of {@code queue}; depends on that and the log's format and nothing else of this
 * module.
 */
@NullMarked
package io.quorate.raftqueue.page;

import org.jspecify.annotations.NullMarked;
