package io.quorate.chaos.mutation;

import io.quorate.chaos.check.Judgement;
import io.quorate.chaos.check.Report;
import io.quorate.chaos.check.Verdict;
import java.util.List;

/**
 * A line of the table.
 *
 * @param mutant the name that the agent knows; empty for a cluster as it should be
 * @param workload by name
 * @param queue of that workload, whose leader the script means
 * @param checkers names, each of which has to say invalid; for a cluster as it should be, empty
 * @param doubters names, each of which has to say unknown: of those that never say invalid
 */
record Mutation(
    String mutant,
    String workload,
    String queue,
    Script script,
    List<String> checkers,
    List<String> doubters) {

  static final List<Mutation> ALL =
      List.of(
          of(
              "confirm-before-flush",
              "backlog",
              Script.FREEZE_FOLLOWERS_KILL_LEADER,
              "nothing confirmed is lost"),
          of("unsafe-flush", "backlog", Script.CUT_POWER, "nothing confirmed is lost"),
          of("dedup-off", "backlog", Script.KILL_LEADER, "repeats are flagged"),
          of("flag-dropped", "queue", Script.QUIET, "repeats are flagged"),
          of("count-dropped", "queue", Script.QUIET, "returns are counted"),
          of(
              "lease-ignored",
              "distant",
              Script.CUT_OFF_LEADER,
              "nothing is delivered after its ack"),
          of("horizon-ignored", "queue", Script.KILL_LEADER, "repeats are flagged"),
          of("order-swapped", "order", Script.QUIET, "each publisher's order is kept"),
          of("body-flipped", "queue", Script.QUIET, "nothing is invented or changed"),
          of("settle-lost", "queue", Script.QUIET, "nothing is delivered after its ack"),
          of("requeue-lost", "queue", Script.QUIET, "no message vanishes"),
          of("enqueue-lost", "queue", Script.QUIET, "nothing confirmed is lost"),
          of(
              "replica-diverges",
              "backlog",
              Script.KILL_LEADER,
              "nothing confirmed is lost",
              "replicas agree and forget nothing"),
          of("vote-forgotten", "queue", Script.KILL_ALL, "replicas agree and forget nothing"),
          of("commit-torn", "transactions", Script.QUIET, "transactions are whole"),
          of("stale-routes", "metadata", Script.QUIET, "routing follows the bindings"),
          of("given-again", "queue", Script.QUIET, "repeats have a reason"),
          of("held-shown", "peek", Script.QUIET, "each message's life is linearizable"),
          of("delivery-lost", "queue", Script.QUIET, "queues become empty")
              .doubtedBy("the run did what it set out to do"),
          of("queue-unseen", "metadata", Script.QUIET, "definitions are visible everywhere"),
          of(
              "nobody-stands",
              "queue",
              Script.KEEP_LEADER_AWAY,
              "the majority goes on, the minority does not"),
          of(
              "confirm-before-flush",
              "queue",
              Script.CUT_OFF_LEADER,
              "the majority goes on, the minority does not"),
          of("restarted-do-not-stand", "queue", Script.RESTART_ALL, "the cluster recovers"),
          of(
              "disk-failure-ignored",
              "queue",
              Script.FAIL_DISK,
              "nodes do what they should under faults"),
          of("error-logged", "queue", Script.QUIET, "no node logged an error"),
          of(
              "sent-unsettled",
              "at-most-once",
              Script.QUIET,
              "what is taken without acks comes once"),
          of(
              "return-forgotten",
              "lifecycle",
              Script.QUIET,
              "mandatory publishes come back if they must"),
          of("purge-short", "lifecycle", Script.QUIET, "what is purged stays gone"),
          of("deletion-untold", "lifecycle", Script.QUIET, "what is deleted stays gone"),
          of("exclusive-shared", "lifecycle", Script.QUIET, "exclusive consumers are alone"));

  private static Mutation of(String mutant, String workload, Script script, String... checkers) {
    String queue =
        switch (workload) {
          case "metadata" -> "routed-1";
          case "at-most-once" -> "sent-1";
          case "lifecycle" -> "purged-1";
          default -> workload + "-1";
        };
    return new Mutation(mutant, workload, queue, script, List.of(checkers), List.of());
  }

  /** The same without the mutant: everything has to be valid. */
  Mutation control() {
    return new Mutation("", workload, queue, script, List.of(), List.of());
  }

  private Mutation doubtedBy(String... those) {
    return new Mutation(mutant, workload, queue, script, checkers, List.of(those));
  }

  /** Whether it is a cluster as it should be. */
  boolean isControl() {
    return mutant.isEmpty();
  }

  /** Whether the checkers say what they have to. */
  boolean isToldBy(Judgement judgement) {
    if (isControl()) {
      return judgement.verdict() == Verdict.VALID;
    }
    return said(judgement, Verdict.INVALID).containsAll(checkers)
        && said(judgement, Verdict.UNKNOWN).containsAll(doubters);
  }

  /** The names of the checkers that have a verdict. */
  static List<String> said(Judgement judgement, Verdict verdict) {
    return judgement.reports().stream()
        .filter(report -> report.verdict() == verdict)
        .map(Report::checker)
        .toList();
  }

  /** For folders and lines. */
  String name() {
    return (isControl() ? "control" : mutant)
        + "-"
        + workload
        + "-"
        + script.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }
}
