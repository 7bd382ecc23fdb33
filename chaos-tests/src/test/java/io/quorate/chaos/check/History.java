package io.quorate.chaos.check;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;

/**
 * What clients did to one queue and saw of it.
 *
 * @param publishers by index
 * @param deliveries in the order in which each consumer received them
 * @param remaining what was seen to be left in the queue without being consumed
 * @param drained true if it was shown at the end that the queue holds nothing but {@code remaining}
 */
public record History(
    List<Publications> publishers,
    List<Delivery> deliveries,
    Set<Message> remaining,
    boolean drained) {

  /** Whether the message was published at all. */
  public boolean wasAttempted(Message message) {
    return message.publisher() >= 0
        && message.publisher() < publishers.size()
        && message.counter() >= 0
        && message.counter() < publishers.get(message.publisher()).attempted();
  }

  /** For each publisher the counters that arrived or remain. */
  public List<BitSet> seen() {
    List<BitSet> seen = new ArrayList<>();
    for (int i = 0; i < publishers.size(); i++) {
      seen.add(new BitSet());
    }
    for (Delivery delivery : deliveries) {
      if (wasAttempted(delivery.message())) {
        seen.get(delivery.message().publisher()).set(delivery.message().counter());
      }
    }
    for (Message message : remaining) {
      if (wasAttempted(message)) {
        seen.get(message.publisher()).set(message.counter());
      }
    }
    return seen;
  }

  /** Attempted, confirmed and delivered, for people. */
  public String counts() {
    long attempted = publishers.stream().mapToLong(Publications::attempted).sum();
    long confirmed = publishers.stream().mapToLong(p -> p.confirmed().cardinality()).sum();
    long redelivered = deliveries.stream().filter(Delivery::redelivered).count();
    long distinct = seen().stream().mapToLong(BitSet::cardinality).sum() - remaining.size();
    return "attempted %d, confirmed %d, unknown %d, deliveries %d (%d redelivered, %d messages), remaining %d%s"
        .formatted(
            attempted,
            confirmed,
            attempted - confirmed,
            deliveries.size(),
            redelivered,
            distinct,
            remaining.size(),
            drained ? "" : ", drain not proven");
  }
}
