package io.quorate.chaos.check;

import java.util.List;

/** Whatever is delivered was published, and is bit by bit what was published. */
public final class NothingIsInvented implements Checker {

  private static final String NAME = "nothing is invented or changed";

  @Override
  public Report check(History history) {
    Findings findings = new Findings();
    for (Delivery delivery : history.deliveries()) {
      if (!delivery.intact()) {
        findings.add(
            "consumer "
                + delivery.consumer()
                + " got a changed body that says "
                + delivery.message());
      } else if (!history.wasAttempted(delivery.message())) {
        findings.add(
            "consumer " + delivery.consumer() + " got " + delivery.message() + ", never published");
      }
    }
    for (Message message : history.remaining()) {
      if (!history.wasAttempted(message)) {
        findings.add(message + " remains, never published");
      }
    }
    if (findings.isEmpty() && history.deliveries().isEmpty() && history.remaining().isEmpty()) {
      return new Report(NAME, Verdict.UNKNOWN, List.of("nothing was delivered"));
    }
    return findings.report(NAME);
  }
}
