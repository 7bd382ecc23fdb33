package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;
import java.util.HashMap;
import java.util.Map;

/**
 * No replica's term or vote goes backwards, through all crashes and power cuts; each term has one
 * leader; and in the end all replicas have applied the same.
 */
public final class ReplicasAgree implements Checker {

  private record Replica(String group, int node) {}

  private record Term(String group, long term) {}

  /** What was seen for so long was forced to disk before anybody was told. */
  private static final long FORCED_NANOS = 2_000_000_000L;

  @Override
  public String name() {
    return "replicas agree and forget nothing";
  }

  @Override
  public boolean applies(History history) {
    return history.has(Kind.REPLICA);
  }

  @Override
  public Report check(Evidence evidence) {
    History history = evidence.history();
    Findings findings = new Findings(name());
    leaders(history, findings);
    terms(history, findings);
    votes(history, findings);
    agreement(history, findings);
    return findings.report();
  }

  private static void leaders(History history, Findings findings) {
    Map<Term, Integer> leaders = new HashMap<>();
    for (Operation seen : history.disturbances().leaders()) {
      Integer before = leaders.putIfAbsent(new Term(seen.target(), seen.count()), seen.node());
      if (before != null && before != seen.node()) {
        findings.violation(
            "group %s: nodes %d and %d both led in term %d"
                .formatted(seen.target(), before, seen.node(), seen.count()));
      }
    }
    findings.figure("leaderships seen", leaders.size());
  }

  private static void terms(History history, Findings findings) {
    Map<Replica, Operation> terms = new HashMap<>();
    long[] seen = new long[1];
    history.forEach(
        said -> {
          if (said.detail().startsWith("vote")) {
            return;
          }
          seen[0]++;
          Operation before = terms.put(new Replica(said.target(), said.node()), said);
          if (before != null
              && before.count() > said.count()
              && !mayForget(history, before, said)) {
            findings.violation(
                "group %s: the term of node %d went back from %d to %d at %s"
                    .formatted(
                        said.target(),
                        said.node(),
                        before.count(),
                        said.count(),
                        Times.seconds(said.start())));
          }
        },
        Kind.REPLICA);
    findings.figure("replica states seen", seen[0]);
    if (seen[0] == 0) {
      findings.doubt("no replica said anything");
    }
  }

  /** What was stored stays: another vote in the same term may elect a second leader. */
  private static void votes(History history, Findings findings) {
    Map<Replica, Operation> stored = new HashMap<>();
    long[] seen = new long[1];
    history.forEach(
        said -> {
          if (!said.detail().startsWith("vote")) {
            return;
          }
          seen[0]++;
          Operation before = stored.put(new Replica(said.target(), said.node()), said);
          if (before != null && forgets(before, said) && !mayForget(history, before, said)) {
            findings.violation(
                "node %d had stored term %d with a %s in %s, and at %s term %d with a %s"
                    .formatted(
                        said.node(),
                        before.count(),
                        before.detail(),
                        said.target(),
                        Times.seconds(said.start()),
                        said.count(),
                        said.detail()));
          }
        },
        Kind.REPLICA);
    findings.figure("votes seen", seen[0]);
  }

  private static boolean forgets(Operation before, Operation after) {
    boolean voted = before.detail().length() > "vote".length();
    return after.count() < before.count()
        || (after.count() == before.count() && voted && !after.detail().equals(before.detail()));
  }

  /**
   * What was seen just before the power went or the disk failed, until it had gone, may not have
   * been forced, nor told to anybody. And of a node whose files were damaged nothing may be left.
   */
  private static boolean mayForget(History history, Operation before, Operation after) {
    for (Disturbances.Fault fault : history.disturbances().faults()) {
      if (!fault.nodes().contains(before.node())) {
        continue;
      }
      boolean unforced =
          (fault.kind().contains("power") || fault.kind().startsWith("disk-"))
              && before.start() >= fault.from() - FORCED_NANOS
              && before.start() <= fault.to();
      boolean damaged =
          fault.kind().startsWith("corrupt-")
              && before.start() <= fault.to()
              && after.start() >= fault.from();
      if (unforced || damaged) {
        return true;
      }
    }
    return false;
  }

  private static void agreement(History history, Findings findings) {
    boolean[] agreed = new boolean[1];
    history.forEach(
        said -> agreed[0] |= said.ok() && said.detail().equals("replicas agree"), Kind.DRAIN);
    if (!agreed[0]) {
      findings.doubt("the replicas were not seen at the same index in the end");
    }
  }
}
