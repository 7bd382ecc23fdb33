package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A confirmed message comes to every queue that was bound for certain while it was published, and
 * to none that was not bound for certain. Bindings of a node that is out of touch may be old.
 */
public final class RoutingFollows implements Checker {

  private record Binding(String queue, String exchangeAndKey) {}

  @Override
  public String name() {
    return "routing follows the bindings";
  }

  @Override
  public boolean applies(History history) {
    return history.has(Kind.BIND);
  }

  @Override
  public Report check(Evidence evidence) {
    History history = evidence.history();
    Findings findings = new Findings(name());
    Map<Binding, List<Operation>> changes = new HashMap<>();
    history.forEach(
        change ->
            changes
                .computeIfAbsent(
                    new Binding(change.target(), change.detail()), binding -> new ArrayList<>())
                .add(change),
        Kind.BIND,
        Kind.UNBIND);
    Drained drained = new Drained(history);
    Set<String> unproven = new HashSet<>();
    for (Binding binding : changes.keySet()) {
      String doubt = drained.doubt(binding.queue());
      if (doubt != null && unproven.add(binding.queue())) {
        findings.doubt(doubt);
      }
    }
    long[] counts = new long[3];
    history.forEach(
        publish -> check(history, publish, changes, unproven, counts, findings), Kind.PUBLISH);
    findings.figure("routed for certain", counts[0]);
    findings.figure("not routed for certain", counts[1]);
    findings.figure("either", counts[2]);
    if (counts[0] == 0 || counts[1] == 0) {
      findings.doubt("no message whose way was certain");
    }
    return findings.report();
  }

  private static void check(
      History history,
      Operation publish,
      Map<Binding, List<Operation>> changes,
      Set<String> unproven,
      long[] counts,
      Findings findings) {
    if (!publish.target().isEmpty() || publish.message() == null || !publish.ok()) {
      return;
    }
    Set<String> came = new HashSet<>();
    for (Operation operation : history.timelines().of(publish.message())) {
      if (operation.isDelivery()) {
        came.add(operation.target());
      }
    }
    changes.forEach(
        (binding, those) -> {
          String queue = binding.queue();
          if (!binding.exchangeAndKey().equals(publish.detail())) {
            return;
          }
          Switched state = Switched.at(those, Kind.BIND, publish.start(), publish.end());
          boolean quiet =
              state.certain() && !history.disturbances().any(state.since(), publish.end());
          if (!quiet) {
            counts[2]++;
          } else if (state.on()) {
            counts[0]++;
            if (!came.contains(queue) && !unproven.contains(queue)) {
              complain(publish, queue, "did not come to it, bound", state.since(), findings);
            }
          } else {
            counts[1]++;
            if (came.contains(queue)) {
              complain(publish, queue, "came to it, unbound", state.since(), findings);
            }
          }
        });
  }

  private static void complain(
      Operation publish, String queue, String what, long since, Findings findings) {
    findings.violation(
        "%s, published at %s by %s (%s) and confirmed, %s before %s: %s"
            .formatted(
                publish.message(),
                Times.seconds(publish.start()),
                publish.process(),
                publish.detail(),
                what,
                Times.seconds(since),
                queue),
        java.util.Objects.requireNonNull(publish.message()),
        queue);
  }
}
