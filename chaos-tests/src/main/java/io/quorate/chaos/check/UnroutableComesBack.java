package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A mandatory publish to a queue that is not there, for certain, comes back ({@code basic.return},
 * AMQP 0-9-1, 1.8.3.8), before its confirm; one to a queue that is there does not, nor does what is
 * not mandatory; and what comes back is in no queue. What a node knows that is out of touch may be
 * old; but what all have been told of in a quiet time, none forgets.
 */
public final class UnroutableComesBack implements Checker {

  /** Longer than the answer to a declaration waits for a node that does not keep up. */
  private static final long KNOWN_NANOS = 2_000_000_000L;

  @Override
  public String name() {
    return "mandatory publishes come back if they must";
  }

  @Override
  public boolean applies(History history) {
    boolean[] any = new boolean[] {history.has(Kind.RETURN)};
    history.forEach(publish -> any[0] |= publish.mandatory(), Kind.PUBLISH);
    return any[0];
  }

  @Override
  public Report check(Evidence evidence) {
    History history = evidence.history();
    Findings findings = new Findings(name());
    Removals removals = new Removals(history);
    for (Operation stranger : history.timelines().strangers()) {
      if (stranger.kind() == Kind.RETURN) {
        findings.violation(stranger.message() + " came back and was never published");
      }
    }
    long[] counts = new long[4];
    history.timelines().forEach(timeline -> check(history, removals, timeline, counts, findings));
    findings.figure("not routable for certain", counts[0]);
    findings.figure("routable for certain", counts[1]);
    findings.figure("either", counts[2]);
    findings.figure("came back", counts[3]);
    if (counts[0] == 0 || counts[1] == 0) {
      findings.doubt(
          "no mandatory publish that had to come back for certain, or none that had not");
    }
    return findings.report();
  }

  private static void check(
      History history, Removals removals, Timeline timeline, long[] counts, Findings findings) {
    Operation publish = timeline.publish();
    List<Operation> returns =
        timeline.operations().stream().filter(one -> one.kind() == Kind.RETURN).toList();
    counts[3] += returns.size();
    if (publish == null || !(publish.mandatory() || !returns.isEmpty())) {
      return;
    }
    String wrong = wrongReturn(timeline, publish, returns);
    if (wrong == null && publish.mandatory()) {
      wrong = wrongRoute(history, removals, publish, !returns.isEmpty(), counts);
    }
    if (wrong != null) {
      findings.violation(
          "%s, published at %s by %s to %s, %s"
              .formatted(
                  timeline.message(),
                  Times.seconds(publish.start()),
                  publish.process(),
                  publish.target(),
                  wrong),
          timeline.message(),
          publish.target());
    }
  }

  /** What is wrong whatever the definitions are. */
  private static @Nullable String wrongReturn(
      Timeline timeline, Operation publish, List<Operation> returns) {
    if (returns.isEmpty()) {
      return null;
    }
    if (!publish.mandatory()) {
      return "came back and was not mandatory";
    }
    if (returns.size() > 1) {
      return "came back " + returns.size() + " times";
    }
    if (!timeline.deliveries().isEmpty()) {
      return "came back, and to a consumer as well";
    }
    return publish.ok() && returns.get(0).start() > publish.end()
        ? "came back after its confirm"
        : null;
  }

  private static @Nullable String wrongRoute(
      History history, Removals removals, Operation publish, boolean cameBack, long[] counts) {
    Switched state = removals.there(publish.target(), publish.start(), publish.end());
    if (!state.certain() || !(publish.ok() || cameBack)) {
      counts[2]++;
      return null;
    }
    long since = state.since();
    if (state.on() && history.disturbances().anyQuiet(since, publish.start() - KNOWN_NANOS)) {
      counts[1]++;
      return cameBack ? "came back; the queue was there before " + Times.seconds(since) : null;
    }
    if (!state.on() && !history.disturbances().any(since, publish.end())) {
      counts[0]++;
      return cameBack
          ? null
          : "was confirmed and did not come back; the queue was gone before "
              + Times.seconds(since);
    }
    counts[2]++;
    return null;
  }
}
