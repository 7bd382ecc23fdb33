package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What was confirmed before the deletion of its queue was asked for does not come once that is
 * answered: another queue of the same name begins empty, and no consumer outlives its queue. In
 * quiet times each of these is told ({@code basic.cancel}), or its channel ends.
 */
public final class DeletedStaysGone implements Checker {

  /** How long it may take to tell a consumer. */
  private static final long TOLD_NANOS = 10_000_000_000L;

  @Override
  public String name() {
    return "what is deleted stays gone";
  }

  @Override
  public boolean applies(History history) {
    return history.has(Kind.DELETE_QUEUE) && history.has(Kind.CONSUME);
  }

  @Override
  public Report check(Evidence evidence) {
    History history = evidence.history();
    Findings findings = new Findings(name());
    Removals removals = new Removals(history);
    long[] counts = new long[4];
    history.forEach(deletion -> counts[0] += deletion.ok() ? 1 : 0, Kind.DELETE_QUEUE);
    history
        .timelines()
        .forEach(
            timeline -> {
              if (timeline.confirmed()) {
                findGhosts(history.channels(), removals, timeline, counts, findings);
              }
            });
    new Told(history).check(removals, counts, findings);
    findings.figure("deletions answered", counts[0]);
    findings.figure("messages delivered before or about a deletion", counts[1]);
    findings.figure("consumers told of a deletion", counts[2]);
    findings.figure("consumers that a fault may have kept from being told", counts[3]);
    if (counts[2] == 0) {
      // a queue of one's own, as for replies, has no consumer when it is deleted
      String expected = history.phase("expects");
      if (expected == null || expected.contains(Kind.CANCELLED.text())) {
        findings.caseless("no consumer lost its queue");
      } else {
        findings.outside();
      }
    }
    return findings.report();
  }

  private static void findGhosts(
      Channels channels, Removals removals, Timeline timeline, long[] counts, Findings findings) {
    Operation publish = timeline.publish();
    List<Operation> deletions = removals.deletions(timeline.queue());
    if (publish == null || deletions.isEmpty()) {
      return;
    }
    for (Operation delivery : timeline.deliveries()) {
      counts[1]++;
      List<Operation> between =
          Removals.within(deletions, publish.end(), channels.earliest(delivery));
      if (!between.isEmpty()) {
        Operation before = between.get(0);
        findings.violation(
            "%s of %s was confirmed at %s, its queue was deleted between %s and %s, and it came to %s at %s, sent after that"
                .formatted(
                    timeline.message(),
                    timeline.queue(),
                    Times.seconds(publish.end()),
                    Times.seconds(before.start()),
                    Times.seconds(before.end()),
                    delivery.process(),
                    Times.seconds(delivery.end())),
            timeline.message(),
            timeline.queue());
      }
    }
  }

  /** Whether consumers learn that their queue is gone. */
  private static final class Told {

    private final History history;

    /** Consumers that have not ended when their queue is deleted. */
    private final Map<String, List<Operation>> consumers = new HashMap<>();

    /** When a channel ended, or a consumer on it did. */
    private final Map<Integer, Long> ends = new HashMap<>();

    Told(History history) {
      this.history = history;
      history.forEach(
          operation -> {
            if (operation.kind() != Kind.CONSUME) {
              ends.putIfAbsent(operation.channel(), operation.start());
            } else if (operation.ok()) {
              consumers
                  .computeIfAbsent(operation.target(), queue -> new ArrayList<>())
                  .add(operation);
            }
          },
          Kind.CONSUME,
          Kind.CANCEL,
          Kind.CANCELLED,
          Kind.CLOSE);
    }

    void check(Removals removals, long[] counts, Findings findings) {
      consumers.forEach(
          (queue, those) -> {
            List<Operation> deletions =
                removals.deletions(queue).stream().filter(Operation::ok).toList();
            int next = 0;
            for (Operation consumer : those) {
              while (next < deletions.size() && deletions.get(next).start() <= consumer.start()) {
                next++;
              }
              // the first that began when it was there already
              int first = next;
              while (first < deletions.size() && deletions.get(first).start() <= consumer.end()) {
                first++;
              }
              if (first < deletions.size()) {
                check(consumer, deletions.get(first), counts, findings);
              }
            }
          });
    }

    private void check(Operation consumer, Operation deletion, long[] counts, Findings findings) {
      long end = ends.getOrDefault(consumer.channel(), Long.MAX_VALUE);
      if (end < deletion.start()) {
        return;
      }
      long limit = deletion.end() + TOLD_NANOS;
      if (end <= limit) {
        counts[2]++;
      } else if (history.disturbances().any(consumer.start(), limit)) {
        counts[3]++;
      } else {
        findings.violation(
            "%s at node %d consumed from %s, which was deleted between %s and %s, and was not told%s"
                .formatted(
                    consumer.process(),
                    consumer.node(),
                    consumer.target(),
                    Times.seconds(deletion.start()),
                    Times.seconds(deletion.end()),
                    end == Long.MAX_VALUE ? "" : " until " + Times.seconds(end)));
      }
    }
  }
}
