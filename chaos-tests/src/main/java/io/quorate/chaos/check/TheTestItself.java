package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;
import java.util.EnumMap;
import java.util.Map;

/**
 * The run did what it set out to do: some of each kind of operation succeeded, and it came to its
 * end.
 */
public final class TheTestItself implements Checker {

  @Override
  public String name() {
    return "the run did what it set out to do";
  }

  @Override
  public boolean applies(History history) {
    return history.phase("workload") != null || history.size() < 2;
  }

  @Override
  public Report check(Evidence evidence) {
    History history = evidence.history();
    Findings findings = new Findings(name());
    Map<Kind, Integer> succeeded = new EnumMap<>(Kind.class);
    for (int i = 0; i < history.size(); i++) {
      if (history.get(i).ok()) {
        succeeded.merge(history.kind(i), 1, Integer::sum);
      }
    }
    String expected = history.phase("expects");
    for (Kind kind : Kind.values()) {
      boolean wanted = expected != null && (" " + expected + " ").contains(" " + kind.text() + " ");
      if (wanted && !succeeded.containsKey(kind)) {
        findings.doubt("no " + kind.text() + " succeeded");
      }
    }
    if (expected == null) {
      findings.doubt("no workload was set up");
    }
    if (history.phaseStart("end") < 0) {
      findings.doubt("it did not come to its end");
    }
    String wanted = history.phase("faults");
    if (wanted != null && !wanted.isEmpty() && history.phaseStart("fault-done") < 0) {
      findings.doubt("none of these faults was done: " + wanted);
    }
    if (history.phaseStart("reopened") >= 0) {
      findings.doubt(
          "queues were not empty until all consumers had closed and opened again: messages stayed"
              + " with some that had settled them or never got them");
    }
    findings.figure("operations", history.size());
    return findings.report();
  }
}
