package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;
import java.util.List;

/**
 * Whatever is delivered was published before, is bit by bit what was published, and came to the
 * queue that it was sent to.
 */
public final class NothingIsInvented implements Checker {

  @Override
  public String name() {
    return "nothing is invented or changed";
  }

  @Override
  public boolean applies(History history) {
    return history.has(Kind.DELIVER) || history.has(Kind.GET);
  }

  @Override
  public Report check(Evidence evidence) {
    Findings findings = new Findings(name());
    long[] deliveries = new long[1];
    Timelines timelines = evidence.history().timelines();
    for (Operation stranger : timelines.strangers()) {
      if (stranger.isDelivery()) {
        findings.violation(
            "%s got %s from %s, never published"
                .formatted(stranger.process(), stranger.message(), stranger.target()));
      }
    }
    timelines.forEach(
        timeline -> {
          List<Operation> those = timeline.deliveries();
          deliveries[0] += those.size();
          those.forEach(delivery -> check(timeline, delivery, findings));
        });
    findings.figure("deliveries", deliveries[0]);
    if (deliveries[0] == 0) {
      findings.doubt("nothing was delivered");
    }
    return findings.report();
  }

  private static void check(Timeline timeline, Operation delivery, Findings findings) {
    Operation publish = timeline.publish();
    String what = null;
    if (publish == null) {
      what = "was not sent to that queue";
    } else if (publish.crc() != delivery.crc()) {
      what = "has another body than what was published";
    } else if (delivery.end() < publish.start()) {
      what = "had not been published";
    } else if (publish.outcome() == Outcome.FAIL) {
      what = "was refused, or was never committed, for certain";
    }
    if (what != null) {
      findings.violation(
          "%s came to %s from %s, and %s"
              .formatted(timeline.message(), delivery.process(), timeline.queue(), what),
          timeline.message(),
          timeline.queue());
    }
  }
}
