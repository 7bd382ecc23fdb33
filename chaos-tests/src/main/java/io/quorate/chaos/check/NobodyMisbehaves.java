package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;

/**
 * What was seen while faults were done, and no client sees: a node that hangs, or ends with another
 * code than it should; a fault that failed, so that not all was done that seems to be.
 */
public final class NobodyMisbehaves implements Checker {

  @Override
  public String name() {
    return "nodes do what they should under faults";
  }

  @Override
  public boolean applies(History history) {
    return history.phaseStart("faults") >= 0 || history.phaseStart("misbehaviour") >= 0;
  }

  @Override
  public Report check(Evidence evidence) {
    Findings findings = new Findings(name());
    int[] done = new int[2];
    evidence
        .history()
        .forEach(
            mark -> {
              switch (mark.detail()) {
                case "misbehaviour" ->
                    findings.violation(Times.seconds(mark.start()) + ": " + mark.target());
                case "fault-done" -> done[0]++;
                case "fault-not-possible" -> done[1]++;
                default -> {}
              }
            },
            Kind.PHASE);
    findings.figure("faults done", done[0]);
    findings.figure("faults that were not possible", done[1]);
    return findings.report();
  }
}
