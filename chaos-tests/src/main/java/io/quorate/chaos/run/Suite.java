package io.quorate.chaos.run;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Workloads times faults.
 *
 * @param name as the command line has it
 */
record Suite(String name, List<Entry> entries) {

  /**
   * One run of a suite.
   *
   * @param time how long faults happen
   */
  record Entry(String workload, String faults, Duration time) {}

  private static final List<String> WORKLOADS =
      List.of(
          "queue",
          "order",
          "many-queues",
          "metadata",
          "large",
          "backlog",
          "transactions",
          "at-most-once",
          "lifecycle");
  private static final List<String> GROUPS =
      List.of(
          "network",
          "pause,crash,orderly",
          "power",
          "power-all",
          "disk,corruption",
          "clock",
          "compound");
  private static final Duration SHORT = Duration.ofSeconds(12);
  private static final Duration LONG = Duration.ofMinutes(4);

  /**
   * The suite with a name.
   *
   * @throws IllegalArgumentException naming those that there are
   */
  static Suite named(String name) {
    return switch (name) {
      case "short" -> new Suite(name, shortOne());
      case "long" -> new Suite(name, longOne());
      default ->
          throw new IllegalArgumentException(
              "there is no suite '" + name + "'; short and long are");
    };
  }

  /**
   * Most workloads once, without {@code backlog} and {@code at-most-once}, and some faults of most
   * groups: part of every build. Which of an entry's faults are done in its 12 s is up to the seed;
   * none of the groups corruption and compound is.
   */
  private static List<Entry> shortOne() {
    return List.of(
        new Entry("queue", "network,pause", SHORT),
        new Entry("order", "crash,orderly,power", SHORT),
        new Entry("many-queues", "power-all,partition-leader,clock", SHORT),
        new Entry("metadata", "partition-one,kill-leader,pause-leader", SHORT),
        new Entry("large", "disk,kill-one,power-leader", SHORT),
        new Entry("transactions", "kill-leader,partition-one,pause-leader", SHORT),
        new Entry("lifecycle", "transfer-leaders,kill-leader,partition-leader", SHORT));
  }

  /** Every workload under every kind of fault. */
  private static List<Entry> longOne() {
    List<Entry> entries = new ArrayList<>();
    for (String faults : GROUPS) {
      for (String workload : WORKLOADS) {
        entries.add(new Entry(workload, faults, LONG));
      }
    }
    return entries;
  }
}
