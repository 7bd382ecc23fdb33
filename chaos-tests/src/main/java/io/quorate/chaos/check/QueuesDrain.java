package io.quorate.chaos.check;

/**
 * In the end, with all consumers there and everything settled for certain, no message stays with
 * nobody: queues become empty without the consumers closing what they have, and all the more when
 * they have closed it. Told by whoever waits for it; a change of leaders meanwhile excuses it.
 */
public final class QueuesDrain implements Checker {

  /** How long whoever waits has seen nothing change, at least. */
  private static final long WATCHED_NANOS = 12_000_000_000L;

  @Override
  public String name() {
    return "queues become empty";
  }

  @Override
  public boolean applies(History history) {
    return history.phaseStart("drain") >= 0;
  }

  @Override
  public Report check(Evidence evidence) {
    History history = evidence.history();
    Findings findings = new Findings(name());
    for (Operation stuck : history.phases("stuck")) {
      long at = stuck.start();
      if (history.disturbances().anyLeader(at - WATCHED_NANOS, at)) {
        findings.figure("stuck about a change of leaders", stuck.target());
      } else {
        findings.violation("messages stay though nobody holds them: " + stuck.target());
      }
    }
    return findings.report();
  }
}
