package io.quorate.chaos.check;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A message arrives without {@code redelivered} at most once, and on one channel never after it has
 * arrived there already.
 *
 * <p>Between channels the order of receipt is not the broker's: the first delivery may sit in a
 * socket of a frozen node while the second one arrives elsewhere. So there only the number of
 * unflagged deliveries counts. A first delivery may well be flagged.
 */
public final class RepeatsAreFlagged implements Checker {

  private static final String NAME = "repeats are flagged";

  @Override
  public Report check(History history) {
    if (history.deliveries().isEmpty()) {
      return new Report(NAME, Verdict.UNKNOWN, List.of("nothing was delivered"));
    }
    Map<Message, Delivery> firstUnflagged = new HashMap<>();
    Map<Message, Delivery> any = new HashMap<>();
    Findings findings = new Findings();
    for (Delivery delivery : history.deliveries()) {
      Message message = delivery.message();
      if (!delivery.redelivered()) {
        Delivery earlier = firstUnflagged.putIfAbsent(message, delivery);
        if (earlier != null) {
          findings.add(
              "%s came without the flag to consumer %d at %.3f s and again to consumer %d at %.3f s"
                  .formatted(
                      message,
                      earlier.consumer(),
                      seconds(earlier),
                      delivery.consumer(),
                      seconds(delivery)));
        } else if (any.containsKey(message) && any.get(message).consumer() == delivery.consumer()) {
          findings.add(
              "%s came to consumer %d with the flag at %.3f s and then without it at %.3f s"
                  .formatted(
                      message, delivery.consumer(), seconds(any.get(message)), seconds(delivery)));
        }
      }
      any.put(message, delivery);
    }
    return findings.report(NAME);
  }

  private static double seconds(Delivery delivery) {
    return delivery.atNanos() / 1e9;
  }
}
