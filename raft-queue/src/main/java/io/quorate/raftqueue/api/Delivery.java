package io.quorate.raftqueue.api;

/**
 * A message handed to a subscription.
 *
 * @param position its place in the queue, unique in the queue's life; what settle and requeue name
 * @param redelivered whether it may have been delivered before
 * @param deliveryCount how often it has come back to the queue so far
 * @param message the message
 */
public record Delivery(long position, boolean redelivered, int deliveryCount, Message message) {}
