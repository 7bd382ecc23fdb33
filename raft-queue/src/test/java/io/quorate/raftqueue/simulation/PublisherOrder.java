package io.quorate.raftqueue.simulation;

import java.util.HashMap;
import java.util.Map;

/** Checks that the messages of each publisher come in their order. */
final class PublisherOrder {

  private final Simulation sim;
  private final String what;
  private final Map<String, Long> last = new HashMap<>();

  /**
   * @param what what happens to a message, for the finding
   */
  PublisherOrder(Simulation sim, String what) {
    this.sim = sim;
    this.what = what;
  }

  /**
   * @param place where the order has to be kept
   */
  void check(String place, String payload, String tag) {
    int dot = payload.lastIndexOf('.');
    long number = Long.parseLong(payload.substring(dot + 1));
    Long before = last.put(place + " " + payload.substring(0, dot), number);
    sim.check(
        before == null || before < number,
        tag,
        "%s was %s after %s of the same publisher",
        payload,
        what,
        before);
  }
}
