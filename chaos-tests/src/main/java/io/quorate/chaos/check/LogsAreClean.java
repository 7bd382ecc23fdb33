package io.quorate.chaos.check;

/** No node logged an error, a stack trace or a panic, whatever was done to it. */
public final class LogsAreClean implements Checker {

  @Override
  public String name() {
    return "no node logged an error";
  }

  @Override
  public Report check(Evidence evidence) {
    Findings findings = new Findings(name());
    if (evidence.alone()) {
      findings.outside();
    } else if (evidence.offences() == null) {
      findings.doubt("there are no logs of nodes");
    } else {
      evidence.offences().forEach(findings::violation);
    }
    return findings.report();
  }
}
