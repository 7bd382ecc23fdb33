package io.quorate.chaos.load;

/**
 * What publishers and consumers of a {@link Load} do.
 *
 * @param ratePerSecond messages of each publisher, as far as the window lets it
 * @param window messages of each publisher that may be unconfirmed
 * @param bodySize bytes, at least 12
 * @param prefetch of each consumer
 * @param held deliveries that each consumer keeps unacknowledged until the end, less than {@code
 *     prefetch}
 * @param peaceful whether the test does nothing to its cluster: then every guarantee has to show,
 *     but for what leaders excuse that change by themselves
 */
public record LoadOptions(
    int ratePerSecond, int window, int bodySize, int prefetch, int held, boolean peaceful) {

  /**
   * A few hundred messages a second each: enough to notice everything, not so much that the machine
   * is the limit.
   */
  public static LoadOptions moderate() {
    return new LoadOptions(400, 200, 200, 200, 20, false);
  }

  public LoadOptions withRate(int messagesPerSecond) {
    return new LoadOptions(messagesPerSecond, window, bodySize, prefetch, held, peaceful);
  }

  public LoadOptions withWindow(int unconfirmed) {
    return new LoadOptions(ratePerSecond, unconfirmed, bodySize, prefetch, held, peaceful);
  }

  public LoadOptions withBodySize(int bytes) {
    return new LoadOptions(ratePerSecond, window, bytes, prefetch, held, peaceful);
  }

  public LoadOptions withPrefetch(int deliveries) {
    return new LoadOptions(
        ratePerSecond, window, bodySize, deliveries, Math.min(held, deliveries / 2), peaceful);
  }

  public LoadOptions inPeace() {
    return new LoadOptions(ratePerSecond, window, bodySize, prefetch, held, true);
  }
}
