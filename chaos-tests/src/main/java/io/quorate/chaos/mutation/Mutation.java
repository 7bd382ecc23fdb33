package io.quorate.chaos.mutation;

import java.util.List;

/**
 * A line of the table.
 *
 * @param mutant the name that the agent knows; empty for a cluster as it should be
 * @param workload by name
 * @param queue of that workload, whose leader the script means
 * @param checkers names, each of which has to say invalid; for a cluster as it should be, empty
 */
record Mutation(
    String mutant, String workload, String queue, Script script, List<String> checkers) {

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
          of("replica-diverges", "backlog", Script.KILL_LEADER, "nothing confirmed is lost"),
          of("vote-forgotten", "queue", Script.KILL_ALL, "replicas agree and forget nothing"),
          of("commit-torn", "transactions", Script.QUIET, "transactions are whole"),
          of("stale-routes", "metadata", Script.QUIET, "routing follows the bindings"));

  private static Mutation of(String mutant, String workload, Script script, String... checkers) {
    String queue =
        switch (workload) {
          case "metadata" -> "routed-1";
          default -> workload + "-1";
        };
    return new Mutation(mutant, workload, queue, script, List.of(checkers));
  }

  /** The same without the mutant: everything has to be valid. */
  Mutation control() {
    return new Mutation("", workload, queue, script, List.of());
  }

  /** For folders and lines. */
  String name() {
    return (mutant.isEmpty() ? "control" : mutant)
        + "-"
        + workload
        + "-"
        + script.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }
}
