/**
 * A shard at work: the loop that owns it, and what its leader keeps in memory (attachments of
 * frontends, subscriptions, deliveries that are out, the batches under way). Everything of a shard
 * is touched by its one loop thread; other threads hand over by {@link
 * io.quorate.raftqueue.shard.Loop#execute}. Knows Raft only as {@code raftqueue.raft}.
 */
@NullMarked
package io.quorate.raftqueue.shard;

import org.jspecify.annotations.NullMarked;
