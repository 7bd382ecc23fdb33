package io.quorate.chaos.workload;

import java.util.List;
import java.util.Random;

/**
 * What a publisher publishes.
 *
 * @param ratePerSecond messages that it intends to publish
 * @param window messages that may be unconfirmed
 * @param sizes of bodies in bytes, at least 12; one is chosen for each message
 * @param destinations one is chosen for each message
 * @param mandatory the part of them that comes back if it cannot be routed, 0 to 1
 */
public record PublishPlan(
    double ratePerSecond,
    int window,
    List<Integer> sizes,
    List<Destination> destinations,
    double mandatory) {

  /** Nothing comes back. */
  public PublishPlan(
      double ratePerSecond, int window, List<Integer> sizes, List<Destination> destinations) {
    this(ratePerSecond, window, sizes, destinations, 0);
  }

  /**
   * Where a message is sent.
   *
   * @param exchange the name of an exchange, empty for the default one
   * @param queue the only queue that it may come to; empty if bindings that change decide
   */
  public record Destination(String exchange, String key, String queue) {

    /** By the default exchange. */
    public static Destination queue(String name) {
      return new Destination("", name, name);
    }
  }

  int size(Random random) {
    return sizes.get(random.nextInt(sizes.size()));
  }

  boolean isMandatory(Random random) {
    return mandatory > 0 && random.nextDouble() < mandatory;
  }

  Destination destination(Random random) {
    return destinations.get(random.nextInt(destinations.size()));
  }
}
