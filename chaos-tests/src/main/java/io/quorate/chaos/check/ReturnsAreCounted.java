package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The delivery count never falls, and in quiet times rises with each return that is certain. After
 * a failover it may rise by less: what a dead leader had sent and no client had returned is
 * flagged, not counted.
 */
public final class ReturnsAreCounted implements Checker {

  @Override
  public String name() {
    return "returns are counted";
  }

  @Override
  public boolean applies(History history) {
    return history.has(Kind.REQUEUE);
  }

  @Override
  public Report check(Evidence evidence) {
    History history = evidence.history();
    Findings findings = new Findings(name());
    long[] compared = new long[1];
    history
        .timelines()
        .forEach(
            timeline -> {
              List<Operation> deliveries = timeline.deliveries();
              for (int i = 1; i < deliveries.size(); i++) {
                compared[0] +=
                    compare(history, timeline, deliveries.get(i - 1), deliveries.get(i), findings);
              }
            });
    findings.figure("returns compared", compared[0]);
    // Other workloads return a few messages too: whether one does in a quiet time is up to chance.
    String expected = history.phase("expects");
    if (compared[0] == 0) {
      if (expected == null || expected.contains(Kind.REQUEUE.text())) {
        findings.doubt("no message came back in a quiet time");
      } else {
        findings.outside();
      }
    }
    return findings.report();
  }

  /** 1 if they show something about a return. */
  private static int compare(
      History history, Timeline timeline, Operation before, Operation after, Findings findings) {
    Channels channels = history.channels();
    boolean inOrder =
        before.channel() == after.channel() || channels.earliest(after) > before.end();
    if (!inOrder) {
      return 0;
    }
    if (after.count() < before.count()) {
      complain("fell", timeline, before, after, findings);
      return 0;
    }
    Operation returned = certainReturn(timeline, before);
    boolean quiet =
        !history.disturbances().any(channels.earliest(before), after.end())
            && channels.returnsFrom(before) > after.end();
    if (returned == null || !quiet || returned.start() > after.end()) {
      return 0;
    }
    if (after.count() == before.count()) {
      complain("did not rise after a return", timeline, before, after, findings);
    }
    return 1;
  }

  private static @Nullable Operation certainReturn(Timeline timeline, Operation delivery) {
    for (Operation settlement : timeline.settlements()) {
      if (settlement.kind() == Kind.REQUEUE
          && settlement.ok()
          && Timeline.settles(settlement, delivery)) {
        return settlement;
      }
    }
    return null;
  }

  private static void complain(
      String what, Timeline timeline, Operation before, Operation after, Findings findings) {
    findings.violation(
        "%s of %s: the delivery count %s: %d at %s, %d at %s"
            .formatted(
                timeline.message(),
                timeline.queue(),
                what,
                before.count(),
                Times.seconds(before.end()),
                after.count(),
                Times.seconds(after.end())),
        timeline.message(),
        timeline.queue());
  }
}
