package io.quorate.chaos.check;

import io.quorate.chaos.check.Disturbances.Fault;
import io.quorate.chaos.history.Kind;
import io.quorate.chaos.history.Message;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What was published on the smaller sides of partitions, and that it was not confirmed there. */
final class Minority {

  /** What a minority's leader may have confirmed when it was cut off a moment ago. */
  private static final long LEASE_NANOS = 2_000_000_000L;

  private final List<Fault> cuts;
  private final boolean hasPublishers;

  /** What no queue gets needs no majority. */
  private final Set<Message> returned;

  private long attempts;

  Minority(History history, List<Fault> faults) {
    cuts =
        faults.stream()
            .filter(fault -> fault.cutsOff() && fault.to() - fault.from() > LEASE_NANOS)
            .toList();
    returned = history.returned();
    Set<Integer> nodes = new TreeSet<>();
    if (!cuts.isEmpty()) {
      history.forEach(publish -> nodes.add(publish.node()), Kind.PUBLISH);
    }
    hasPublishers = cuts.stream().anyMatch(cut -> cut.nodes().stream().anyMatch(nodes::contains));
  }

  void add(Operation publish, Findings findings) {
    for (Fault cut : cuts) {
      long since = cut.from() + LEASE_NANOS;
      boolean there = cut.nodes().contains(publish.node()) && publish.start() < cut.to();
      if (!there || publish.end() <= since) {
        continue; // one without an end is taken for one that ended at once
      }
      attempts++;
      if (publish.ok()
          && publish.start() > since
          && publish.end() < cut.to()
          && publish.message() != null
          && !returned.contains(publish.message())) {
        findings.violation(
            "%s was published at %s and confirmed at %s by node %d, cut off by '%s %s' since %s"
                .formatted(
                    publish.message(),
                    Times.seconds(publish.start()),
                    Times.seconds(publish.end()),
                    publish.node(),
                    cut.kind(),
                    cut.target(),
                    Times.seconds(cut.from())),
            publish.message(),
            publish.target());
      }
    }
  }

  /** A workload without publishers at the nodes that were cut off is not about this. */
  void conclude(Findings findings) {
    if (cuts.isEmpty()) {
      return;
    }
    findings.figure("publishes under way at nodes that were cut off", attempts);
    if (hasPublishers && attempts == 0) {
      findings.doubt("nodes were cut off, and nothing was published there meanwhile");
    }
  }
}
