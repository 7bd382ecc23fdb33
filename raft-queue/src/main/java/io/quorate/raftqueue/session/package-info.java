/**
 * A node's side of its conversation with the shards: numbers operations, keeps them until they are
 * answered, finds each shard's leader again after a failover, sends again what is unanswered and
 * hands over what consumers hold. Knows shards only by the link's messages.
 *
 * <ul>
 *   <li>{@code ShardClient}: what the store sees of it, and the lock around all of it
 *   <li>{@code ShardCalls}: what the shard is asked; {@code LeaderMessages}: what comes back
 *   <li>{@code OperationWindow}, {@code RequestTable}: what is not answered yet
 *   <li>{@code SubscriptionTable}: who holds what, and credit
 *   <li>{@code LeaderAttachment}: the leader of the day, and the sender
 * </ul>
 */
@NullMarked
package io.quorate.raftqueue.session;

import org.jspecify.annotations.NullMarked;
