package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;

/**
 * There is an order of publish, deliveries, acks and returns of each message in which every one
 * does what it says, and no two hold the message at the same time without a reason.
 */
public final class LifecycleIsLinearizable implements Checker {

  @Override
  public String name() {
    return "each message's life is linearizable";
  }

  @Override
  public boolean applies(History history) {
    return history.has(Kind.ACK);
  }

  @Override
  public Report check(Evidence evidence) {
    History history = evidence.history();
    Findings findings = new Findings(name());
    long[] counts = new long[3];
    history
        .timelines()
        .forEach(
            timeline -> {
              int deliveries = timeline.deliveries().size();
              counts[0] += deliveries > 0 ? 1 : 0;
              if (deliveries < 2 || timeline.publish() == null) {
                return; // one delivery can always be put between publish and ack
              }
              counts[1]++;
              switch (new Lifecycle(history, timeline, false).search()) {
                case POSSIBLE -> {}
                case TOO_MANY -> counts[2]++;
                case IMPOSSIBLE ->
                    findings.violation(
                        "%s of %s: no order of its %d operations makes sense"
                            .formatted(
                                timeline.message(), timeline.queue(), timeline.operations().size()),
                        timeline.message(),
                        timeline.queue());
              }
            });
    findings.figure("messages delivered", counts[0]);
    findings.figure("searched", counts[1]);
    findings.figure("with too many operations to search", counts[2]);
    if (counts[2] > 0) {
      findings.doubt(counts[2] + " messages had too many operations to try all orders");
    }
    if (counts[0] == 0) {
      findings.doubt("nothing was delivered");
    }
    return findings.report();
  }
}
