package io.quorate.amqp.engine;

/**
 * Decides how many deliveries a consumer may have under way from the store. Never more than the
 * consumer's prefetch has room for, and never more than a window that shrinks as messages get
 * larger, so that memory per consumer is bounded. Grants in halves of the window: one call of the
 * store for many messages.
 */
final class CreditWindow {

  /** Before the size of the messages is known. */
  private static final int FIRST_WINDOW = 64;

  private final int maxMessages;
  private final long maxBytes;
  private int window;
  private long averageBytes;
  private int outstanding;

  CreditWindow(int maxMessages, long maxBytes) {
    this.maxMessages = maxMessages;
    this.maxBytes = maxBytes;
    this.window = Math.min(FIRST_WINDOW, maxMessages);
  }

  /** Deliveries that were granted and have not come yet. */
  int outstanding() {
    return outstanding;
  }

  void delivered(int messages, long bytes) {
    outstanding -= messages;
    long average = bytes / messages;
    averageBytes = averageBytes == 0 ? average : (averageBytes * 7 + average) / 8;
    window = (int) Math.max(1, Math.min(maxMessages, maxBytes / Math.max(1, averageBytes)));
  }

  /**
   * How many to grant now; they count as outstanding from here.
   *
   * @param room how many deliveries the consumer's prefetch still allows, those outstanding
   *     included
   */
  int grant(long room) {
    int wanted = (int) Math.min(window, room);
    if (outstanding > wanted / 2 || wanted <= outstanding) {
      return 0;
    }
    int grant = wanted - outstanding;
    outstanding = wanted;
    return grant;
  }
}
