/**
 * A shard at work: the loop that owns it, and what its leader keeps in memory (attachments of
 * frontends, subscriptions, deliveries that are out, the batches under way). Everything of a shard
 * is touched by its one loop thread; other threads hand over by {@link
 * io.quorate.raftqueue.shard.Loop#execute}. Knows Raft only as {@code raftqueue.raft}.
 *
 * <ul>
 *   <li>{@code ShardReplica}: entries are applied; with {@code ShardSnapshots}, {@code ShardPaging}
 *       and {@code ShardRepair}
 *   <li>{@code ShardLeadership}: when it begins and ends
 *   <li>{@code ShardLeader}: one leadership, and the order in which its parts work
 *   <li>{@code Attachments}, {@code Attachment}: the frontends that are there; {@code Handover},
 *       {@code ConsumerAdoption}: what they bring along
 *   <li>{@code OperationIntake}, {@code BatchPipeline}: from operations to entries
 *   <li>{@code DeliveryEngine}, {@code QueueDelivery}, {@code ConsumerState}: who gets what
 *   <li>{@code RequestHandler}, {@code QueueClosing}: questions, and the end of queues
 * </ul>
 */
@NullMarked
package io.quorate.raftqueue.shard;

import org.jspecify.annotations.NullMarked;
