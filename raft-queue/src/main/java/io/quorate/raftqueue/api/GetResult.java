package io.quorate.raftqueue.api;

import org.jspecify.annotations.Nullable;

/**
 * The answer to a single get.
 *
 * @param delivery the message, or null if the queue had none ready
 * @param holder the subscription number to name when the message is requeued
 * @param remaining how many messages are ready after this one
 */
public record GetResult(@Nullable Delivery delivery, long holder, long remaining) {}
