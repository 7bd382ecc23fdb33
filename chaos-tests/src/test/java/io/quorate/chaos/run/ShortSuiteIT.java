package io.quorate.chaos.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.check.Verdict;
import io.quorate.chaos.cluster.Repository;
import io.quorate.chaos.fault.Faults;
import io.quorate.chaos.sut.Provider;
import io.quorate.chaos.sut.Providers;
import io.quorate.chaos.workload.WorkloadOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The short suite: most workloads, each with some faults of two or three groups, as many as come in
 * 12 s. On containers where an engine answers; otherwise on processes, and it says so. With the
 * environment variable {@code QUORATE_REQUIRE_CONTAINERS=1} a machine without an engine fails.
 */
class ShortSuiteIT {

  private static final long SEED = Long.getLong("quorate.chaos.seed", 1);
  private static final Path FOLDER = Repository.module().resolve("target/runs/short-suite");

  /** A guarantee that was broken once stays broken: a second try proves nothing. */
  private static final Map<String, String> BROKEN = new HashMap<>();

  private static final List<RunResult> RESULTS = new ArrayList<>();
  private static Provider provider = Providers.named("processes");

  @BeforeAll
  static void chooseProvider() {
    Provider containers = Providers.named("containers");
    Optional<String> obstacle = containers.obstacle();
    if (obstacle.isEmpty()) {
      provider = containers;
    } else if ("1".equals(System.getenv("QUORATE_REQUIRE_CONTAINERS"))) {
      throw new AssertionError("containers are required here, but: " + obstacle.get());
    } else {
      System.out.println(
          "short suite: on processes instead of containers, which are not usable here: "
              + obstacle.get());
    }
  }

  static List<Suite.Entry> entries() {
    return Suite.named("short").entries();
  }

  @ParameterizedTest
  @MethodSource("entries")
  void everyGuaranteeHolds(Suite.Entry entry) {
    assertThat(BROKEN).as("broken at the first try").doesNotContainKey(entry.workload());
    RunPlan plan =
        RunPlan.of(
            provider,
            entry.workload(),
            entry.faults(),
            Faults.named(entry.faults()),
            entry.time(),
            SEED + entries().indexOf(entry), // as chaos-tests/run --suite short --seed 1
            WorkloadOptions.moderate());
    System.out.println(plan.command());
    plan.leftOut().forEach((fault, why) -> System.out.println("  without " + fault + ": " + why));
    RunResult result = run(plan);
    if (result.verdict() == Verdict.UNKNOWN) {
      System.out.println("unknown, once more: " + String.join("; ", result.complaints()));
      result = run(plan);
    }
    if (result.verdict() == Verdict.INVALID) {
      BROKEN.put(entry.workload(), plan.command());
    }
    // A machine that is too slow to tell proves nothing either way, and that is said.
    Assumptions.assumeFalse(
        result.verdict() == Verdict.UNKNOWN,
        "unknown twice: " + plan.command() + ": " + String.join("; ", result.complaints()));
    assertThat(result.verdict())
        .as(
            "%s%n%s%nsee %s",
            plan.command(), String.join("\n", result.complaints()), result.folder())
        .isEqualTo(Verdict.VALID);
    assertThat(result.faultCount()).as("faults done").isPositive();
  }

  private static RunResult run(RunPlan plan) {
    RunResult result =
        new Runner(false).run(plan, FOLDER.resolve(plan.workload() + "-" + System.nanoTime()));
    RESULTS.add(result);
    return result;
  }

  @AfterAll
  static void showResults() {
    System.out.println(Summary.table(RESULTS));
    long valid =
        RESULTS.stream()
            .filter(result -> result.verdict() == Verdict.VALID)
            .map(result -> result.plan().workload())
            .distinct()
            .count();
    if (!RESULTS.isEmpty()) {
      assertThat(valid).as("runs that could tell").isGreaterThan(entries().size() / 2);
    }
  }
}
