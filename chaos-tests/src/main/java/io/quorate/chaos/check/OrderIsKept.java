package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;
import io.quorate.chaos.history.Message;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Each publisher's messages come in its order. On every channel those without {@code redelivered}
 * have rising counters. In queues that had a single consumer at a time, no gets and no returns, all
 * that is seen for the first time has, across consumers and with the flag; there, what is skipped
 * is told as a gap, and what comes after a later one as a reordering.
 */
public final class OrderIsKept implements Checker {

  private record Stream(int publisher, String queue, int channel) {}

  /** What was seen of one publisher in a queue with a single consumer. */
  private static final class Seen {
    private final BitSet counters = new BitSet();
    private int highest = -1;
  }

  @Override
  public String name() {
    return "each publisher's order is kept";
  }

  @Override
  public boolean applies(History history) {
    return history.has(Kind.DELIVER) || history.has(Kind.GET);
  }

  @Override
  public Report check(Evidence evidence) {
    History history = evidence.history();
    Findings findings = new Findings(name());
    Set<String> single = SingleConsumers.queues(history);
    Map<Stream, Operation> last = new HashMap<>();
    Map<Stream, Seen> seen = new HashMap<>();
    long[] compared = new long[2];
    history.forEach(
        delivery -> {
          if (!delivery.isDelivery()) {
            return;
          }
          if (!delivery.redelivered()) {
            compared[0] += compareOnChannel(last, delivery, findings);
          }
          if (single.contains(delivery.target())) {
            compared[1] += compareAll(history, seen, delivery, findings);
          }
        },
        Kind.DELIVER,
        Kind.GET);
    findGaps(history, seen, findings);
    findings.figure("compared on channels", compared[0]);
    findings.figure("compared in queues with a single consumer", compared[1]);
    if (compared[1] == 0 && "order".equals(history.phase("workload"))) {
      findings.doubt("no queue had a single consumer at a time");
    }
    if (compared[0] + compared[1] == 0) {
      findings.doubt("no two messages to compare");
    }
    return findings.report();
  }

  private static Message message(Operation delivery) {
    return java.util.Objects.requireNonNull(delivery.message());
  }

  private static int compareOnChannel(
      Map<Stream, Operation> last, Operation delivery, Findings findings) {
    Message message = message(delivery);
    Stream stream = new Stream(message.publisher(), delivery.target(), delivery.channel());
    Operation before = last.put(stream, delivery);
    if (before == null) {
      return 0;
    }
    // Equal counters are a repeat without the flag: another checker's finding.
    if (message(before).counter() > message.counter()) {
      findings.violation(
          "reordering: %s got %s after %s from %s, at %s"
              .formatted(
                  delivery.process(),
                  message,
                  message(before),
                  delivery.target(),
                  Times.seconds(delivery.end())),
          message,
          delivery.target());
    }
    return 1;
  }

  private static int compareAll(
      History history, Map<Stream, Seen> seen, Operation delivery, Findings findings) {
    Message message = message(delivery);
    if (message.publisher() < 0 || message.counter() < 0) {
      return 0;
    }
    Seen known =
        seen.computeIfAbsent(
            new Stream(message.publisher(), delivery.target(), 0), key -> new Seen());
    if (known.counters.get(message.counter())) {
      return 0;
    }
    known.counters.set(message.counter());
    if (delivery.count() > 0 || mayHaveBeenUnderWay(history, delivery, message)) {
      return 0; // not its first: it was on its way to a channel that ended, where nobody saw it
    }
    if (message.counter() < known.highest) {
      findings.violation(
          "reordering: %s of %s was first seen at %s, after p%d-%d"
              .formatted(
                  message,
                  delivery.target(),
                  Times.seconds(delivery.end()),
                  message.publisher(),
                  known.highest),
          message,
          delivery.target());
    }
    known.highest = Math.max(known.highest, message.counter());
    return 1;
  }

  /** A leader that was killed with the node of that channel has not counted its return. */
  private static boolean mayHaveBeenUnderWay(History history, Operation delivery, Message message) {
    return delivery.redelivered()
        && history
            .channels()
            .anyBroke(delivery.target(), history.timelines().publishStart(message), delivery.end());
  }

  /** Confirmed, never seen, and later ones were. */
  private static void findGaps(History history, Map<Stream, Seen> seen, Findings findings) {
    if (seen.isEmpty()) {
      return;
    }
    Absences absences = new Absences(history);
    history.forEach(
        publish -> {
          Message message = message(publish);
          Seen known = seen.get(new Stream(message.publisher(), publish.target(), 0));
          if (publish.ok()
              && known != null
              && message.counter() < known.highest
              && !known.counters.get(message.counter())
              && absences.reason(publish) == null) {
            findings.violation(
                "gap: %s of %s was confirmed and never came, though later ones did"
                    .formatted(message, publish.target()),
                message,
                publish.target());
          }
        },
        Kind.PUBLISH);
  }
}
