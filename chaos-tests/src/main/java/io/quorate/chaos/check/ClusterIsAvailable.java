package io.quorate.chaos.check;

import io.quorate.chaos.check.Disturbances.Fault;
import io.quorate.chaos.history.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Publishing goes on at the nodes that nothing was done to, as long as they are a majority, and
 * nothing is confirmed on the smaller side of a partition. Latencies count from when a message was
 * intended.
 */
public final class ClusterIsAvailable implements Checker {

  /**
   * The longest time without a confirm on the majority's side; far above what a failover takes, for
   * machines that are busy with other things.
   */
  private static final long LIMIT_NANOS = 10_000_000_000L;

  @Override
  public String name() {
    return "the majority goes on, the minority does not";
  }

  @Override
  public boolean applies(History history) {
    return history.has(Kind.PUBLISH);
  }

  @Override
  public Report check(Evidence evidence) {
    History history = evidence.history();
    Findings findings = new Findings(name());
    List<Fault> faults = history.disturbances().faults();
    Latencies all = new Latencies();
    Latencies quiet = new Latencies();
    Map<String, Latencies> byFault = new TreeMap<>();
    Minority minority = new Minority(history, faults);
    history.forEach(
        publish -> {
          if (publish.ok()) {
            long latency = publish.end() - publish.intended();
            all.add(latency);
            boolean disturbed = false;
            for (Fault fault : faults) {
              if (fault.overlaps(publish.intended(), publish.end())) {
                byFault.computeIfAbsent(fault.kind(), kind -> new Latencies()).add(latency);
                disturbed = true;
              }
            }
            if (!disturbed && !history.disturbances().any(publish.intended(), publish.end())) {
              quiet.add(latency);
            }
          }
          minority.add(publish, findings);
        },
        Kind.PUBLISH);
    findings.figure("confirm latency", all);
    findings.figure("confirm latency, quiet", quiet);
    byFault.forEach((kind, latencies) -> findings.figure("confirm latency, " + kind, latencies));
    minority.conclude(findings);
    checkGaps(history, faults, findings);
    if (all.size() == 0) {
      findings.doubt("nothing was confirmed");
    }
    return findings.report();
  }

  /** The longest time without a confirm at healthy nodes while these are a majority. */
  private static void checkGaps(History history, List<Fault> faults, Findings findings) {
    Set<Integer> nodes = new TreeSet<>();
    List<long[]> confirms = new ArrayList<>();
    history.forEach(
        operation -> {
          nodes.add(operation.node());
          if (operation.kind() == Kind.PUBLISH && operation.ok()) {
            confirms.add(new long[] {operation.end(), operation.node()});
          }
        },
        Kind.PUBLISH,
        Kind.OPEN);
    confirms.sort((a, b) -> Long.compare(a[0], b[0]));
    long drain = history.phaseStart("drain");
    long longest = 0;
    long longestAt = 0;
    long before = -1;
    for (long[] confirm : confirms) {
      if (drain >= 0 && confirm[0] > drain) {
        break;
      }
      Set<Integer> hurt = hurt(faults, confirm[0], confirm[0]);
      if (hurt.contains((int) confirm[1])) {
        continue;
      }
      long gap = before < 0 ? 0 : confirm[0] - before;
      // A gap in which there was no healthy majority all the time is nobody's fault.
      if (gap > longest && 2 * hurt(faults, before, confirm[0]).size() < nodes.size()) {
        longest = gap;
        longestAt = before;
      }
      before = confirm[0];
    }
    findings.figure("longest time without a confirm", Times.millis(longest));
    if (longest > LIMIT_NANOS) {
      findings.violation(
          "no confirm at any healthy node for %s from %s on, with a majority of them"
              .formatted(Times.millis(longest), Times.seconds(longestAt)));
    }
  }

  /** The nodes that something was done to, or had just been, in an interval. */
  private static Set<Integer> hurt(List<Fault> faults, long from, long to) {
    Set<Integer> hurt = new TreeSet<>();
    for (Fault fault : faults) {
      if (fault.from() <= to && fault.to() + Disturbances.AFTER_NANOS >= from) {
        hurt.addAll(fault.nodes());
      }
    }
    return hurt;
  }
}
