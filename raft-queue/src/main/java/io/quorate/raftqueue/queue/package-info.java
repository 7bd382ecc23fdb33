/**
 * The replicated state of a shard: sessions, queues, messages. Plain and deterministic: no clock,
 * no randomness, no threads, no I/O beyond the streams a snapshot is written to (where messages are
 * paged out to is behind {@code Pages}); every replica that applies the same entries is in the same
 * state. Depends on the log's format and nothing else of this module.
 */
@NullMarked
package io.quorate.raftqueue.queue;

import org.jspecify.annotations.NullMarked;
