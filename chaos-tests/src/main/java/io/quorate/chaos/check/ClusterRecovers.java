package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * After the faults there is a confirm within half a minute. How soon latency is what it was before
 * is measured and told, and no part of the verdict: on a machine that is busy with other things
 * there may be no quiet time to compare with, or it may never be. That replicas agree is for
 * another checker.
 */
public final class ClusterRecovers implements Checker {

  /** The figure that the summary of several runs shows. */
  public static final String STEADY = "heal to p99 under twice that for 10 s";

  private static final long FIRST_LIMIT_NANOS = 30_000_000_000L;
  private static final long WINDOW_NANOS = 10_000_000_000L;
  private static final long STEP_NANOS = 500_000_000L;

  @Override
  public String name() {
    return "the cluster recovers";
  }

  @Override
  public boolean applies(History history) {
    return history.has(Kind.PUBLISH) && history.phaseStart("heal") >= 0;
  }

  @Override
  public Report check(Evidence evidence) {
    History history = evidence.history();
    Findings findings = new Findings(name());
    long heal = history.phaseStart("heal");
    long drain = history.phaseStart("drain");
    long end = drain < 0 ? history.end() : drain;
    Latencies baseline = new Latencies();
    List<Operation> after = new ArrayList<>();
    history.forEach(
        publish -> {
          if (publish.ok()
              && publish.end() < heal
              && !history.disturbances().any(publish.intended(), publish.end())) {
            baseline.add(publish.end() - publish.intended());
          } else if (publish.ok() && publish.start() >= heal) {
            after.add(publish);
          }
        },
        Kind.PUBLISH);
    if (after.isEmpty()) {
      tellNothing(end - heal, findings);
      return findings.report();
    }
    long first = after.stream().mapToLong(Operation::end).min().orElseThrow();
    findings.figure("heal to first confirm", Times.millis(first - heal));
    if (first - heal > FIRST_LIMIT_NANOS) {
      findings.violation(
          "the first confirm came " + Times.millis(first - heal) + " after the heal");
    }
    findings.figure("p99 before the faults", Times.millis(baseline.quantile(0.99)));
    findings.figure(STEADY, steady(after, heal, end, baseline));
    return findings.report();
  }

  private static void tellNothing(long watched, Findings findings) {
    if (watched > FIRST_LIMIT_NANOS) {
      findings.violation("nothing was confirmed in " + Times.millis(watched) + " after the heal");
    } else {
      findings.doubt("nothing was published after the heal");
    }
  }

  private static String steady(List<Operation> after, long heal, long end, Latencies baseline) {
    if (baseline.size() == 0) {
      return "no quiet time to compare with";
    }
    long limit = 2 * baseline.quantile(0.99);
    for (long from = heal; from + WINDOW_NANOS <= end; from += STEP_NANOS) {
      Latencies window = new Latencies();
      for (Operation publish : after) {
        if (publish.intended() >= from && publish.intended() < from + WINDOW_NANOS) {
          window.add(publish.end() - publish.intended());
        }
      }
      if (window.size() > 0 && window.quantile(0.99) <= limit) {
        return Times.millis(from - heal);
      }
    }
    return "not within the " + Times.millis(end - heal) + " that were watched";
  }
}
