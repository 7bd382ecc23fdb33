package io.quorate.chaos.check;

/**
 * A message that a consumer received.
 *
 * @param message what it says it is
 * @param consumer the index of the consumer; a consumer is one channel
 * @param redelivered the flag that came with it
 * @param intact false if the body is not, bit by bit, what was published
 * @param atNanos when, on the clock of the history
 */
public record Delivery(
    Message message, int consumer, boolean redelivered, boolean intact, long atNanos) {}
