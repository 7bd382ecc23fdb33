package io.quorate.chaos.check;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * On each consumer's channel the first deliveries of one publisher's messages have rising counters.
 * First deliveries are those without {@code redelivered}: what came back to the queue is delivered
 * again when it can be. Gaps are not this checker's business: other consumers may have the rest.
 */
public final class OrderIsKept implements Checker {

  private static final String NAME = "each publisher's order is kept";

  private record Stream(int publisher, int consumer) {}

  @Override
  public Report check(History history) {
    Map<Stream, Delivery> last = new HashMap<>();
    Findings findings = new Findings();
    long compared = 0;
    for (Delivery delivery : history.deliveries()) {
      if (!delivery.redelivered()) {
        Stream stream = new Stream(delivery.message().publisher(), delivery.consumer());
        Delivery before = last.put(stream, delivery);
        if (before != null) {
          compared++;
          // Equal counters are a repeat without the flag: another checker's finding.
          if (before.message().counter() > delivery.message().counter()) {
            findings.add(
                "consumer %d got %s after %s"
                    .formatted(delivery.consumer(), delivery.message(), before.message()));
          }
        }
      }
    }
    if (findings.isEmpty() && compared == 0) {
      return new Report(NAME, Verdict.UNKNOWN, List.of("no two messages to compare"));
    }
    return findings.report(NAME);
  }
}
