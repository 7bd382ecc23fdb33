package io.quorate.raftqueue.api;

/**
 * What must hold of a queue when it is deleted.
 *
 * @param ifUnused it has no consumer
 * @param ifEmpty no message is ready; those that are out with consumers go with it
 * @param ifConsumed it has had a consumer since it was declared last; of auto-delete queues
 */
public record DeleteCondition(boolean ifUnused, boolean ifEmpty, boolean ifConsumed) {

  /** Of an auto-delete queue that has lost a consumer. */
  public static final DeleteCondition LAST_CONSUMER_GONE = new DeleteCondition(true, false, true);

  /** Of a client's {@code queue.delete}. */
  public static DeleteCondition of(boolean ifUnused, boolean ifEmpty) {
    return new DeleteCondition(ifUnused, ifEmpty, false);
  }
}
