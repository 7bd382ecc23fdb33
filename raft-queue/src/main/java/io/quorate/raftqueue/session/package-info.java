/**
 * A node's side of its conversation with the shards: numbers operations, keeps them until they are
 * answered, finds each shard's leader again after a failover, sends again what is unanswered and
 * hands over what consumers hold. Knows shards only by the link's messages.
 */
@NullMarked
package io.quorate.raftqueue.session;

import org.jspecify.annotations.NullMarked;
