package io.quorate.raftqueue.simulation;

/** A way to break the system on purpose: the checks must find each. */
enum Mutation {
  NONE(""),
  /** A leader delivers although it may have been deposed. */
  LEASE_IGNORED(""),
  /** What a frontend sends again happens again. */
  DEDUP_OFF(""),
  /** Followers do not learn up to where messages may have been delivered. */
  HORIZON_SKIPPED(""),
  /** Whoever once had a message can settle it. */
  SETTLE_UNCHECKED("settled by another");

  private final String finding;

  Mutation(String finding) {
    this.finding = finding;
  }

  /** What the check that is meant to find it says; empty where any will do. */
  String finding() {
    return finding;
  }
}
