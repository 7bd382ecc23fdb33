package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;
import java.util.HashMap;
import java.util.Map;

/**
 * No replica's term or vote goes backwards, through all crashes and power cuts; each term has one
 * leader; all replicas have the same state at the same index; and in the end all have applied the
 * same.
 */
public final class ReplicasAgree implements Checker {

  private record Term(String group, long term) {}

  private record Place(String group, long index) {}

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
    states(history, findings);
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
    Kept terms = new Kept(new PowerCuts(history.disturbances().faults()));
    long[] seen = new long[1];
    history.forEach(
        said -> {
          if (isVote(said)) {
            return;
          }
          seen[0]++;
          Kept.State before = terms.forgotten(said);
          if (before != null) {
            findings.violation(
                "group %s: the term of node %d went back from %d to %d at %s"
                    .formatted(
                        said.target(),
                        said.node(),
                        before.term(),
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

  private static boolean isVote(Operation said) {
    return said.detail().startsWith("vote");
  }

  /** What was stored stays: another vote in the same term may elect a second leader. */
  private static void votes(History history, Findings findings) {
    PowerCuts cuts = new PowerCuts(history.disturbances().faults());
    Kept votes = new Kept(cuts);
    long[] seen = new long[1];
    history.forEach(
        said -> {
          if (!isVote(said)) {
            return;
          }
          seen[0]++;
          Kept.State before = votes.forgotten(said);
          if (before != null) {
            findings.violation(
                "node %d had stored term %d with a %s in %s, and at %s term %d with a %s"
                    .formatted(
                        said.node(),
                        before.term(),
                        before.vote(),
                        said.target(),
                        Times.seconds(said.start()),
                        said.count(),
                        said.detail()));
          }
        },
        Kind.REPLICA);
    findings.figure("votes seen", seen[0]);
    if (cuts.any()) {
      findings.figure("votes compared over a loss of power", votes.comparedOverCuts());
      if (votes.comparedOverCuts() == 0) {
        findings.doubt("power was lost, and no vote from before was seen again");
      }
    }
  }

  /** What a replica has follows from the log: whoever has something else applied something else. */
  private static void states(History history, Findings findings) {
    Map<Place, Operation> states = new HashMap<>();
    long[] seen = new long[2];
    history.forEach(
        said -> {
          seen[0]++;
          Operation before = states.putIfAbsent(new Place(said.target(), said.count()), said);
          seen[1] += before == null || before.node() == said.node() ? 0 : 1;
          if (before != null && before.tag() != said.tag()) {
            findings.violation(
                "group %s: before index %d the state of node %d is not that of node %d (%x, %x)"
                    .formatted(
                        said.target(),
                        said.count(),
                        said.node(),
                        before.node(),
                        said.tag(),
                        before.tag()));
          }
        },
        Kind.DIGEST);
    if (seen[0] > 0) {
      findings.figure("states of different replicas compared", seen[1]);
      if (seen[1] == 0) {
        findings.doubt("no two replicas told what they have at the same index");
      }
    }
  }

  private static void agreement(History history, Findings findings) {
    Drained drained = new Drained(history);
    if (drained.queues().isEmpty()) {
      findings.doubt("the replicas were not seen at the same index in the end");
    }
    for (String queue : drained.queues()) {
      String difference = drained.difference(queue);
      if (difference != null) {
        findings.violation(difference);
      }
      String doubt = drained.disagreement(queue);
      if (doubt != null) {
        findings.doubt(doubt);
      }
    }
  }
}
