package io.quorate.chaos.check;

import io.quorate.chaos.check.Disturbances.Fault;
import io.quorate.chaos.history.Kind;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Publishing goes on at the nodes that nothing was done to, as long as they are a majority, also to
 * each queue by itself, and nothing is confirmed on the smaller side of a partition. Latencies
 * count from when a message was intended.
 */
public final class ClusterIsAvailable implements Checker {

  /** The figure that says for how long there was load: in its last number of seconds. */
  public static final String JUDGED = "judged, with a healthy majority";

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
    new Silences(history, faults).judge(findings);
    if (all.size() == 0) {
      findings.doubt("nothing was confirmed");
    }
    return findings.report();
  }
}
