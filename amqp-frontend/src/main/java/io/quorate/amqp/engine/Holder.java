package io.quorate.amqp.engine;

import io.quorate.raftqueue.api.QueueRef;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Who holds deliveries towards the store: a consumer's subscription, or a {@code basic.get}.
 * Gathers what a burst settles and gives back, so that the store is called once for each.
 */
final class Holder {

  private static final long[] NONE = {};

  private final QueueRef queue;
  private final long id;
  private final @Nullable Consumer consumer;
  private long[] settled = NONE;
  private int settledCount;
  private long[] returned = NONE;
  private int returnedCount;

  Holder(QueueRef queue, long id, @Nullable Consumer consumer) {
    this.queue = queue;
    this.id = id;
    this.consumer = consumer;
  }

  QueueRef queue() {
    return queue;
  }

  /** The number the store knows this holder by. */
  long id() {
    return id;
  }

  /** The consumer, or null for a {@code basic.get}. */
  @Nullable Consumer consumer() {
    return consumer;
  }

  /** Whether anything waits for {@link #takeSettled} or {@link #takeReturned}. */
  boolean idle() {
    return settledCount == 0 && returnedCount == 0;
  }

  void addSettled(long position) {
    if (settledCount == settled.length) {
      settled = Arrays.copyOf(settled, Math.max(16, settledCount * 2));
    }
    settled[settledCount++] = position;
  }

  void addReturned(long position) {
    if (returnedCount == returned.length) {
      returned = Arrays.copyOf(returned, Math.max(16, returnedCount * 2));
    }
    returned[returnedCount++] = position;
  }

  long[] takeSettled() {
    long[] positions = Arrays.copyOf(settled, settledCount);
    settledCount = 0;
    return positions;
  }

  long[] takeReturned() {
    long[] positions = Arrays.copyOf(returned, returnedCount);
    returnedCount = 0;
    return positions;
  }
}
