package io.quorate.amqp.engine;

/**
 * Decides how many deliveries, and how many bytes of them, a consumer may have under way from the
 * store, so that memory per consumer is bounded whatever its prefetch. The store sends no more
 * messages than were granted, and stops where the bytes exceed the window until some have been
 * written. Grants in halves of the window: one call of the store for many messages.
 */
final class CreditWindow {

  private final int maxMessages;
  private final long maxBytes;
  private int outstanding;
  private long writtenBytes;

  CreditWindow(int maxMessages, long maxBytes) {
    this.maxMessages = maxMessages;
    this.maxBytes = maxBytes;
  }

  long maxBytes() {
    return maxBytes;
  }

  /** Deliveries that were granted and have not come yet. */
  int outstanding() {
    return outstanding;
  }

  void delivered(int messages) {
    outstanding -= messages;
  }

  /** Some of what was delivered has been handed to the socket. */
  void written(long bytes) {
    writtenBytes += bytes;
  }

  /**
   * How many to grant now; they count as outstanding from here.
   *
   * @param room how many deliveries the consumer's prefetch still allows, those outstanding
   *     included
   */
  int grant(long room) {
    int wanted = (int) Math.min(maxMessages, room);
    return outstanding > wanted / 2 ? 0 : grantUpTo(wanted);
  }

  /** As {@link #grant}, without waiting until it is worth while. */
  int grantAll(long room) {
    return grantUpTo((int) Math.min(maxMessages, room));
  }

  private int grantUpTo(int wanted) {
    int grant = Math.max(0, wanted - outstanding);
    outstanding += grant;
    return grant;
  }

  /** Whether the store should hear of what was written, even if no delivery is granted. */
  boolean worthTelling() {
    return writtenBytes >= Math.max(1, maxBytes / 2);
  }

  /** The bytes written since the last call. */
  long takeWritten() {
    long bytes = writtenBytes;
    writtenBytes = 0;
    return bytes;
  }
}
