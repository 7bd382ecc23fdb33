package io.quorate.chaos.check;

import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was given to somebody who needs no acks is not given to anybody again, whatever fails: it
 * was settled before it was sent. Whether any is missing is for others to say.
 */
public final class TakenAtMostOnce implements Checker {

  @Override
  public String name() {
    return "what is taken without acks comes once";
  }

  @Override
  public boolean applies(History history) {
    boolean[] any = new boolean[1];
    history.forEach(user -> any[0] |= user.detail().equals(Event.NO_ACK), Kind.CONSUME, Kind.GET);
    return any[0];
  }

  @Override
  public Report check(Evidence evidence) {
    History history = evidence.history();
    Findings findings = new Findings(name());
    long[] taken = new long[2];
    history
        .timelines()
        .forEach(
            timeline -> {
              List<Operation> deliveries = timeline.deliveries();
              Operation last = firstTaken(deliveries);
              if (last != null) {
                taken[0]++;
                taken[1] += deliveries.size() > 1 ? 1 : 0;
                check(history.channels(), timeline, last, findings);
              }
            });
    findings.figure("messages taken", taken[0]);
    findings.figure("delivered to others too", taken[1]);
    if (taken[0] == 0) {
      findings.doubt("nothing was taken without acks");
    }
    return findings.report();
  }

  private static @Nullable Operation firstTaken(List<Operation> deliveries) {
    return deliveries.stream().filter(Operation::settledWhenSent).findFirst().orElse(null);
  }

  /** One that was given back by its holder before, may be seen after. */
  private static void check(
      Channels channels, Timeline timeline, Operation taken, Findings findings) {
    for (Operation other : timeline.deliveries()) {
      boolean same = Timeline.settles(other, taken);
      if (!same && (other.settledWhenSent() || channels.earliest(other) > taken.end())) {
        findings.violation(
            "%s of %s was taken without acks by %s at %s, and came to %s at %s%s"
                .formatted(
                    timeline.message(),
                    timeline.queue(),
                    taken.process(),
                    Times.seconds(taken.end()),
                    other.process(),
                    Times.seconds(other.end()),
                    other.settledWhenSent() ? ", without acks as well" : ""),
            timeline.message(),
            timeline.queue());
      }
    }
  }
}
