package io.quorate.chaos.check;

import io.quorate.chaos.check.Disturbances.Fault;
import io.quorate.chaos.history.Kind;
import io.quorate.chaos.history.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The silences of a history: without a confirm of any message, and of any to one queue. */
final class Silences {

  /** Of a queue that is published to less often a silence says little. */
  private static final long LEAST_EVERY_NANOS = 1_000_000_000L;

  /** A message is published or confirmed. */
  private record Mark(long at, int node, boolean confirmed) {}

  /** What was published to a queue. */
  private static final class Published {
    final List<Mark> marks = new ArrayList<>();
    long attempts;
    long first = Long.MAX_VALUE;
    long last;

    void add(Operation publish) {
      attempts++;
      first = Math.min(first, publish.start());
      last = Math.max(last, publish.start());
      marks.add(new Mark(publish.start(), publish.node(), false));
      if (publish.ok()) {
        marks.add(new Mark(publish.end(), publish.node(), true));
      }
    }

    boolean isOften() {
      return attempts > 1 && (last - first) / (attempts - 1) <= LEAST_EVERY_NANOS;
    }
  }

  private final List<Fault> faults;
  private final Set<Integer> nodes = new TreeSet<>();
  private final Published all = new Published();

  /** By the queue that they name. */
  private final Map<String, Published> each = new TreeMap<>();

  /** What no queue gets says nothing of the shards. */
  private final Set<Message> returned;

  private final long end;

  Silences(History history, List<Fault> faults) {
    this.faults = faults;
    this.end = history.phaseStart("drain");
    this.returned = history.returned();
    history.forEach(this::add, Kind.PUBLISH, Kind.OPEN, Kind.REPLICA);
    sort(all);
    each.values().forEach(Silences::sort);
  }

  private void add(Operation operation) {
    if (operation.node() > 0) {
      nodes.add(operation.node());
    }
    Message message = operation.message();
    boolean reached = message == null || !returned.contains(message);
    if (operation.kind() == Kind.PUBLISH && reached) {
      all.add(operation);
      if (!operation.target().isEmpty()) {
        each.computeIfAbsent(operation.target(), queue -> new Published()).add(operation);
      }
    }
  }

  private static void sort(Published published) {
    published.marks.sort((a, b) -> Long.compare(a.at(), b.at()));
  }

  void judge(Findings findings) {
    Silence whole = judge(all, end, "", findings);
    whole.tell();
    if (whole.anyTooLong()) {
      return; // of each queue as well
    }
    long longest = 0;
    for (Map.Entry<String, Published> queue : each.entrySet()) {
      Published published = queue.getValue();
      if (published.isOften()) {
        // a queue that is deleted, or has its publishers stop, is not silent from then on
        long last = end < 0 ? published.last : Math.min(end, published.last);
        longest =
            Math.max(longest, judge(published, last, " to " + queue.getKey(), findings).longest());
      }
    }
    findings.figure("longest time without a confirm to a queue", Times.millis(longest));
  }

  private Silence judge(Published published, long to, String of, Findings findings) {
    Silence silence = new Silence(faults, nodes, of, findings);
    for (Mark mark : published.marks) {
      if (to >= 0 && mark.at() > to) {
        break;
      }
      if (mark.confirmed()) {
        silence.confirmed(mark.node(), mark.at());
      } else {
        silence.attempted(mark.node(), mark.at());
      }
    }
    silence.ends(to);
    return silence;
  }
}
