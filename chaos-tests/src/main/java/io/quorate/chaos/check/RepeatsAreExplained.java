package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message comes again only for a reason: it was returned, its channel ended, or a fault or a
 * change of leader lies between.
 */
public final class RepeatsAreExplained implements Checker {

  @Override
  public String name() {
    return "repeats have a reason";
  }

  @Override
  public boolean applies(History history) {
    return history.has(Kind.DELIVER) || history.has(Kind.GET);
  }

  @Override
  public Report check(Evidence evidence) {
    History history = evidence.history();
    Findings findings = new Findings(name());
    long[] counts = new long[5];
    history
        .timelines()
        .forEach(
            timeline -> {
              List<Operation> deliveries = timeline.deliveries();
              counts[0] += deliveries.isEmpty() ? 0 : 1;
              for (int i = 1; i < deliveries.size(); i++) {
                explain(
                    history, timeline, deliveries.get(i - 1), deliveries.get(i), counts, findings);
              }
            });
    findings.figure("messages delivered", counts[0]);
    findings.figure("repeats after a return", counts[1]);
    findings.figure("repeats after the end of a channel", counts[2]);
    findings.figure("repeats after a fault or a change of leader", counts[3]);
    if (counts[0] == 0) {
      findings.doubt("nothing was delivered");
    }
    return findings.report();
  }

  private static void explain(
      History history,
      Timeline timeline,
      Operation before,
      Operation again,
      long[] counts,
      Findings findings) {
    Channels channels = history.channels();
    Operation returned = returned(timeline, before);
    // Seen in this order, but perhaps made in the other: either's reason will do.
    Operation returnedAgain = returned(timeline, again);
    long from = Math.min(channels.earliest(before), channels.earliest(again));
    if ((returned != null && returned.start() <= again.end()) || returnedAgain != null) {
      counts[1]++;
    } else if (channels.returnsFrom(before) <= again.end()
        || channels.returnsFrom(again) <= again.end()) {
      counts[2]++;
    } else if (history.disturbances().any(from, again.end())) {
      counts[3]++;
    } else {
      findings.violation(
          "%s of %s came to %s at %s and again to %s at %s, and nothing lies between"
              .formatted(
                  timeline.message(),
                  timeline.queue(),
                  before.process(),
                  Times.seconds(before.end()),
                  again.process(),
                  Times.seconds(again.end())),
          timeline.message(),
          timeline.queue());
    }
  }

  private static @Nullable Operation returned(Timeline timeline, Operation delivery) {
    for (Operation settlement : timeline.settlements()) {
      if (settlement.kind() == Kind.REQUEUE && Timeline.settles(settlement, delivery)) {
        return settlement;
      }
    }
    return null;
  }
}
