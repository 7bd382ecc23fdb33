package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What was declared before a look is seen by it, on every node; what was deleted before is not, on
 * every node that is in touch with the others. Queues that several clients declare and delete at
 * the same time are judged where it is certain.
 */
public final class DefinitionsAreVisible implements Checker {

  @Override
  public String name() {
    return "definitions are visible everywhere";
  }

  @Override
  public boolean applies(History history) {
    return history.has(Kind.LOOKUP);
  }

  @Override
  public Report check(Evidence evidence) {
    History history = evidence.history();
    Findings findings = new Findings(name());
    Map<String, List<Operation>> changes = new HashMap<>();
    history.forEach(
        change -> changes.computeIfAbsent(change.target(), queue -> new ArrayList<>()).add(change),
        Kind.DECLARE_QUEUE,
        Kind.DELETE_QUEUE);
    long[] counts = new long[2];
    history.forEach(
        look -> {
          if (look.outcome() == Outcome.UNKNOWN) {
            return;
          }
          List<Operation> those = changes.getOrDefault(look.target(), List.of());
          Switched state = Switched.at(those, Kind.DECLARE_QUEUE, look.start(), look.end());
          boolean seen = look.ok();
          if (state.certain() && state.on()) {
            counts[0]++;
            if (!seen) {
              complain(look, "is not there, declared", state.since(), findings);
            }
          } else if (state.certain() && !history.disturbances().any(state.since(), look.end())) {
            counts[1]++;
            if (seen) {
              complain(look, "is still there, deleted", state.since(), findings);
            }
          }
        },
        Kind.LOOKUP);
    findings.figure("looks at what was there", counts[0]);
    findings.figure("looks at what was gone", counts[1]);
    if (counts[0] == 0 || counts[1] == 0) {
      findings.doubt("no look at what was there, or none at what was gone in a quiet time");
    }
    return findings.report();
  }

  private static void complain(Operation look, String what, long since, Findings findings) {
    findings.violation(
        "queue %s %s before %s: node %d at %s"
            .formatted(
                look.target(), what, Times.seconds(since), look.node(), Times.seconds(look.end())));
  }
}
