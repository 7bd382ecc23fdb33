package io.quorate.raftqueue.api;

/**
 * What a consumer asks of a queue.
 *
 * @param autoSettle deliveries are settled as they are sent (AMQP's no-ack): at most once
 * @param exclusive refuse every other subscription to the queue while this one lives
 * @param priority consumers of higher priority are served first while they have credit
 * @param initialCredit how many deliveries may come before the first {@link Subscription#grant};
 *     {@code >= 0}
 * @param windowBytes how many bytes (bodies and properties) may come before the first {@link
 *     Subscription#grant}; the message that exceeds them still comes. {@code > 0}
 */
public record SubscriptionSpec(
    boolean autoSettle, boolean exclusive, long priority, int initialCredit, long windowBytes) {

  /** A consumer that takes any number of bytes. */
  public SubscriptionSpec(boolean autoSettle, boolean exclusive, long priority, int initialCredit) {
    this(autoSettle, exclusive, priority, initialCredit, Long.MAX_VALUE);
  }
}
