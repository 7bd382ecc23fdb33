package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;
import java.util.List;

/**
 * All deliveries of a message but the first carry {@code redelivered}. Which one was first the
 * clients cannot tell (one may be stuck on its way), but at most one can be without the flag, it is
 * not preceded by another on its channel, and it was not made after another had arrived.
 */
public final class RepeatsAreFlagged implements Checker {

  @Override
  public String name() {
    return "repeats are flagged";
  }

  @Override
  public boolean applies(History history) {
    return history.has(Kind.DELIVER) || history.has(Kind.GET);
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
              List<Operation> deliveries = timeline.deliveries();
              if (deliveries.isEmpty()) {
                return;
              }
              counts[0]++;
              counts[1] += deliveries.size() - 1;
              counts[2] += deliveries.get(0).redelivered() ? 1 : 0;
              if (deliveries.size() > 1) {
                check(history.channels(), timeline, deliveries, findings);
              }
            });
    findings.figure("messages delivered", counts[0]);
    findings.figure("repeats", counts[1]);
    findings.figure("flagged at first sight", counts[2]);
    if (counts[0] == 0) {
      findings.doubt("nothing was delivered");
    }
    return findings.report();
  }

  private static void check(
      Channels channels, Timeline timeline, List<Operation> deliveries, Findings findings) {
    for (int i = 0; i < deliveries.size(); i++) {
      Operation later = deliveries.get(i);
      for (int j = 0; j < i && !later.redelivered(); j++) {
        Operation earlier = deliveries.get(j);
        boolean twice = !earlier.redelivered();
        boolean sameChannel = earlier.channel() == later.channel();
        boolean made = channels.earliest(later) > earlier.end();
        if (twice || sameChannel || made) {
          findings.violation(
              "%s of %s came to %s at %s%s, and without the flag to %s at %s%s"
                  .formatted(
                      timeline.message(),
                      timeline.queue(),
                      earlier.process(),
                      Times.seconds(earlier.end()),
                      twice ? " without the flag" : "",
                      later.process(),
                      Times.seconds(later.end()),
                      sameChannel ? " on the same channel" : ""),
              timeline.message(),
              timeline.queue());
          return;
        }
      }
    }
  }
}
