package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;
import java.util.List;

/**
 * A message that was confirmed before a purge was asked for does not come once that is answered
 * ({@code queue.purge}, AMQP 0-9-1, 1.7.2.7), unless it was out with somebody meanwhile: a purge
 * takes what is ready. That what is published after it is not taken is for the checker of losses.
 */
public final class PurgedStaysGone implements Checker {

  @Override
  public String name() {
    return "what is purged stays gone";
  }

  @Override
  public boolean applies(History history) {
    return history.has(Kind.PURGE);
  }

  @Override
  public Report check(Evidence evidence) {
    History history = evidence.history();
    Findings findings = new Findings(name());
    Removals removals = new Removals(history);
    long[] counts = new long[3];
    history.forEach(
        purge -> {
          counts[0] += purge.ok() ? 1 : 0;
          counts[1] += purge.ok() ? Math.max(0, purge.count()) : 0;
        },
        Kind.PURGE);
    history
        .timelines()
        .forEach(
            timeline -> {
              if (timeline.confirmed()) {
                counts[2] += check(history, removals, timeline, findings);
              }
            });
    findings.figure("purges answered", counts[0]);
    findings.figure("messages that they say they removed", counts[1]);
    findings.figure("deliveries after a purge of what was published before", counts[2]);
    if (counts[1] == 0) {
      findings.caseless("no purge that was answered removed anything");
    }
    return findings.report();
  }

  /** How many deliveries were made after a purge of what was there before. */
  private static int check(
      History history, Removals removals, Timeline timeline, Findings findings) {
    Operation publish = timeline.publish();
    List<Operation> purges = removals.purges(timeline.queue());
    if (publish == null || purges.isEmpty()) {
      return 0;
    }
    int returned = 0;
    for (Operation delivery : timeline.deliveries()) {
      List<Operation> between =
          Removals.within(purges, publish.end(), history.channels().earliest(delivery));
      returned += between.isEmpty() ? 0 : 1;
      between.stream()
          .filter(purge -> !mayHaveBeenOut(history, timeline, purge, delivery))
          .findFirst()
          .ifPresent(purge -> complain(timeline, purge, delivery, findings));
    }
    return returned;
  }

  private static boolean mayHaveBeenOut(
      History history, Timeline timeline, Operation purge, Operation delivery) {
    for (Operation other : timeline.deliveries()) {
      if (history.channels().earliest(other) <= purge.end()
          && !wasReturned(timeline, other, purge.start())) {
        return true;
      }
    }
    Operation publish = timeline.publish();
    long from = publish == null ? 0 : publish.start();
    // with somebody who never saw it, and is gone; a new leader flags what may have been
    return delivery.redelivered()
        && (history.channels().anyEnded(timeline.queue(), from, delivery.end())
            || history.disturbances().any(from, delivery.end()));
  }

  private static boolean wasReturned(Timeline timeline, Operation delivery, long before) {
    return timeline.settlements().stream()
        .anyMatch(
            settlement ->
                settlement.kind() == Kind.REQUEUE
                    && settlement.ok()
                    && settlement.end() < before
                    && Timeline.settles(settlement, delivery));
  }

  private static void complain(
      Timeline timeline, Operation purge, Operation delivery, Findings findings) {
    findings.violation(
        "%s of %s was ready when it was purged between %s and %s, and came to %s at %s, sent after that"
            .formatted(
                timeline.message(),
                timeline.queue(),
                Times.seconds(purge.start()),
                Times.seconds(purge.end()),
                delivery.process(),
                Times.seconds(delivery.end())),
        timeline.message(),
        timeline.queue());
  }
}
