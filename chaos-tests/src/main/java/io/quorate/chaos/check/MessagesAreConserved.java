package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;
import java.util.HashMap;
import java.util.Map;

/**
 * Each confirmed message that was delivered ends in one way that clients know of: acked, rejected
 * for good, taken without acks, purged, or deleted with its queue. A message that was only
 * delivered, or returned in the end, has no reason to be gone from a queue that is empty.
 */
public final class MessagesAreConserved implements Checker {

  @Override
  public String name() {
    return "no message vanishes";
  }

  @Override
  public boolean applies(History history) {
    return history.has(Kind.ACK);
  }

  @Override
  public Report check(Evidence evidence) {
    History history = evidence.history();
    Findings findings = new Findings(name());
    Drained drained = new Drained(history);
    Removals removals = new Removals(history);
    UnderWay underWay = new UnderWay(history);
    Map<String, Boolean> proven = new HashMap<>();
    long[] counts = new long[2];
    history
        .timelines()
        .forEach(
            timeline -> {
              if (timeline.queue().isEmpty() || timeline.deliveries().isEmpty()) {
                return; // what never came is another checker's business
              }
              boolean known =
                  proven.computeIfAbsent(
                      timeline.queue(),
                      queue -> {
                        String doubt = drained.doubt(queue);
                        if (doubt != null) {
                          findings.doubt(doubt);
                        }
                        return doubt == null;
                      });
              if (known && !mayHaveBeenTaken(removals, timeline)) {
                counts[0]++;
                if (!endsWell(history, timeline) && !mayHaveBeenLost(history, underWay, timeline)) {
                  counts[1]++;
                  findings.violation(
                      "%s of %s is gone, and its last delivery was neither acked nor rejected"
                          .formatted(timeline.message(), timeline.queue()),
                      timeline.message(),
                      timeline.queue());
                }
              }
            });
    findings.figure("messages", counts[0]);
    findings.figure("vanished", counts[1]);
    if (counts[0] == 0) {
      findings.doubt("no message was delivered from a queue that was shown to be empty");
    }
    return findings.report();
  }

  /** By a purge or with its queue. */
  private static boolean mayHaveBeenTaken(Removals removals, Timeline timeline) {
    Operation publish = timeline.publish();
    return removals.mayHaveTaken(timeline.queue(), publish == null ? 0 : publish.start());
  }

  /** After the last that was seen of it, without acks. */
  private static boolean mayHaveBeenLost(History history, UnderWay underWay, Timeline timeline) {
    long from = 0;
    for (Operation delivery : timeline.deliveries()) {
      from = Math.max(from, history.channels().earliest(delivery));
    }
    return underWay.mayHaveBeen(timeline.message(), timeline.queue(), from);
  }

  private static boolean endsWell(History history, Timeline timeline) {
    boolean settled = timeline.deliveries().stream().anyMatch(Operation::settledWhenSent);
    boolean returned = false;
    for (Operation settlement : timeline.settlements()) {
      settled |= settlement.kind() != Kind.REQUEUE;
      returned |= settlement.kind() == Kind.REQUEUE;
    }
    if (!settled || (!returned && timeline.deliveries().size() == 1)) {
      return settled;
    }
    // of several that had it, or gave it back, the last holder must have settled it
    return new Lifecycle(history, timeline, true).search() != Lifecycle.Answer.IMPOSSIBLE;
  }
}
