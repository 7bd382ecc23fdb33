package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;
import io.quorate.chaos.history.Message;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Every confirmed message was delivered, unless it came back to its publisher, its queue was
 * deleted after it, a purge after it says that it removed as many, or it may have been on its way
 * to somebody who needs no acks. Losses are told per publisher, by runs of counters and where in
 * its messages they are: the beginning, the middle or the end.
 */
public final class NothingConfirmedIsLost implements Checker {

  /** What one publisher sent to one queue. */
  private static final class Sent {
    private final BitSet confirmed = new BitSet();
    private final BitSet lost = new BitSet();
  }

  private record Stream(int publisher, String queue) {}

  @Override
  public String name() {
    return "nothing confirmed is lost";
  }

  @Override
  public boolean applies(History history) {
    boolean[] addressed = new boolean[1];
    history.forEach(publish -> addressed[0] |= !publish.target().isEmpty(), Kind.PUBLISH);
    return addressed[0];
  }

  @Override
  public Report check(Evidence evidence) {
    History history = evidence.history();
    Findings findings = new Findings(name());
    Drained drained = new Drained(history);
    Absences absences = new Absences(history);
    Absences.Purged purged = absences.new Purged();
    Map<Absences.Reason, Long> excused = new EnumMap<>(Absences.Reason.class);
    Map<Stream, Sent> streams = new HashMap<>();
    Set<String> queues = new HashSet<>();
    history
        .timelines()
        .forEach(
            timeline -> {
              if (timeline.confirmed() && isAddressed(timeline)) {
                queues.add(timeline.queue());
                Sent sent =
                    streams.computeIfAbsent(
                        new Stream(timeline.message().publisher(), timeline.queue()),
                        key -> new Sent());
                sent.confirmed.set(timeline.message().counter());
                Operation publish = timeline.publish();
                if (publish != null && timeline.deliveries().isEmpty()) {
                  Absences.Reason reason = absences.reason(publish);
                  if (reason == null) {
                    sent.lost.set(timeline.message().counter());
                  } else {
                    excused.merge(reason, 1L, Long::sum);
                  }
                  if (reason == Absences.Reason.PURGED) {
                    purged.add(publish);
                  }
                }
              }
            });
    Set<String> unproven = new HashSet<>();
    for (String queue : queues) {
      String doubt = drained.doubt(queue);
      if (doubt != null) {
        unproven.add(queue);
        findings.doubt(doubt);
      }
    }
    tell(streams, unproven, findings);
    excused.forEach((reason, count) -> findings.figure("never came: " + reason.text(), count));
    purged
        .excess()
        .forEach(
            (queue, text) -> {
              if (!unproven.contains(queue)) {
                findings.violation(queue + ": " + text);
              }
            });
    if (queues.isEmpty()) {
      findings.doubt("nothing was confirmed");
    }
    return findings.report();
  }

  /** Where bindings decide, it is another checker's business whether it had to come. */
  private static boolean isAddressed(Timeline timeline) {
    Operation publish = timeline.publish();
    return publish != null
        && !publish.target().isEmpty()
        && publish.target().equals(timeline.queue());
  }

  private static void tell(Map<Stream, Sent> streams, Set<String> unproven, Findings findings) {
    long confirmed = 0;
    long lost = 0;
    Map<String, Integer> places = new TreeMap<>();
    for (Map.Entry<Stream, Sent> entry : streams.entrySet()) {
      Sent sent = entry.getValue();
      confirmed += sent.confirmed.cardinality();
      if (unproven.contains(entry.getKey().queue())) {
        continue;
      }
      lost += sent.lost.cardinality();
      for (int from = sent.lost.nextSetBit(0); from >= 0; ) {
        int last = from;
        // Between them it may have published to other queues, or not got a confirm.
        while (sent.confirmed.nextSetBit(last + 1) >= 0
            && sent.lost.get(sent.confirmed.nextSetBit(last + 1))) {
          last = sent.confirmed.nextSetBit(last + 1);
        }
        String place = place(sent.confirmed, from, last);
        int count = sent.lost.get(from, last + 1).cardinality();
        places.merge(place, count, Integer::sum);
        Stream stream = entry.getKey();
        findings.violation(
            "publisher %d: lost %d to %d (%d messages) of %s, which is %s of its %d confirmed messages there"
                .formatted(
                    stream.publisher(),
                    from,
                    last,
                    count,
                    stream.queue(),
                    place,
                    sent.confirmed.cardinality()),
            new Message(stream.publisher(), from),
            stream.queue());
        from = sent.lost.nextSetBit(last + 1);
      }
    }
    findings.figure("confirmed", confirmed);
    findings.figure("lost", lost);
    places.forEach((place, count) -> findings.figure("lost: " + place, count));
  }

  private static String place(BitSet confirmed, int from, int last) {
    boolean first = confirmed.nextSetBit(0) >= from;
    boolean end = confirmed.length() - 1 <= last;
    if (first && end) {
      return "all";
    }
    return first ? "the beginning" : end ? "the end" : "the middle";
  }
}
