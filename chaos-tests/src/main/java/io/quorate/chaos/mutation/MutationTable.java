package io.quorate.chaos.mutation;

import io.quorate.chaos.check.Judgement;
import io.quorate.chaos.check.Verdict;
import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.cluster.Repository;
import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.HistoryWriter;
import io.quorate.chaos.report.ReportWriter;
import io.quorate.chaos.report.SummaryWriter;
import io.quorate.chaos.sut.Capability;
import io.quorate.chaos.sut.ClusterSpec;
import io.quorate.chaos.sut.ClusterUnderTest;
import io.quorate.chaos.sut.Provider;
import io.quorate.chaos.sut.Providers;
import io.quorate.chaos.workload.Observer;
import io.quorate.chaos.workload.Workload;
import io.quorate.chaos.workload.WorkloadContext;
import io.quorate.chaos.workload.WorkloadOptions;
import io.quorate.chaos.workload.Workloads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs clusters that are broken on purpose and shows that the checkers notice. Each line is a run
 * with a folder of its own; {@code control} is each script with a cluster as it should be.
 */
public final class MutationTable {

  /**
   * How much time a line takes beside that of its script.
   *
   * @param steady how long no leader may have changed before the script begins
   * @param steadyLimit how long that is waited for
   * @param after how long the cluster is left alone after the script, at least
   */
  public record Pace(Duration steady, Duration steadyLimit, Duration after) {

    /** As in other runs: some peace to compare with, if the machine has any. */
    static final Pace USUAL =
        new Pace(Duration.ofSeconds(12), Duration.ofSeconds(40), Duration.ofSeconds(12));

    /**
     * Within the first ten seconds, after which leaderships move: for checkers that take no change
     * of leaders for an excuse.
     */
    public static final Pace HASTY =
        new Pace(Duration.ofSeconds(2), Duration.ofSeconds(10), Duration.ZERO);

    Duration after(Script script) {
      return after.compareTo(script.watched()) > 0 ? after : script.watched();
    }
  }

  private static final String CONTROL = "control";

  private final Path folder;
  private final Path agent;
  private final Pace pace;
  private final Provider provider = Providers.named("processes");
  private final List<String> lines = new ArrayList<>();
  private boolean failed;

  private MutationTable(Path folder, Path agent, Pace pace) {
    this.folder = folder;
    this.agent = agent;
    this.pace = pace;
  }

  /**
   * Runs lines of the table and prints them; folders, a summary and {@code mutations.md} are left.
   *
   * @param names mutants; {@code control-MUTANT} for a mutant's script with a cluster as it should
   *     be, {@code control} for all of these; {@code all} is everything
   * @return whether each mutant was caught, and no cluster as it should be was blamed
   * @throws IllegalArgumentException if a name is wrong or the agent has not been built
   */
  public static boolean run(Path folder, List<String> names) throws IOException {
    return run(folder, names, Pace.USUAL);
  }

  /** The same at another pace. */
  public static boolean run(Path folder, List<String> names, Pace pace) throws IOException {
    Path agent = Repository.module().resolve("mutants/target/mutants.jar");
    if (!Files.exists(agent)) {
      throw new IllegalArgumentException(
          agent + " is not there: mvn -Dfast -pl chaos-tests/mutants -am package");
    }
    List<String> known = Mutation.ALL.stream().map(Mutation::mutant).toList();
    for (String name : names) {
      boolean one = known.contains(name.replaceFirst("^" + CONTROL + "-", ""));
      if (!one && !name.equals("all") && !name.equals(CONTROL)) {
        throw new IllegalArgumentException(
            "no mutant '" + name + "': all, control, control-MUTANT, " + String.join(", ", known));
      }
    }
    MutationTable table = new MutationTable(folder, agent, pace);
    table.run(names);
    return !table.failed;
  }

  private void run(List<String> names) throws IOException {
    Files.createDirectories(folder);
    Map<String, Mutation> all = new LinkedHashMap<>();
    for (Mutation mutation : Mutation.ALL) {
      Mutation control = mutation.control();
      if (names.contains("all")
          || names.contains(CONTROL)
          || names.contains(CONTROL + "-" + mutation.mutant())) {
        all.put(control.name(), control);
      }
    }
    for (Mutation mutation : Mutation.ALL) {
      if (names.contains("all") || names.contains(mutation.mutant())) {
        all.put(mutation.name(), mutation);
      }
    }
    lines.add("| mutant | workload | script | caught by | expected |");
    lines.add("|---|---|---|---|---|");
    for (Mutation mutation : all.values()) {
      tell(mutation);
      SummaryWriter.write(folder);
      Files.writeString(folder.resolve("mutations.md"), String.join("\n", lines) + "\n");
    }
  }

  private void tell(Mutation mutation) {
    System.out.println(mutation.name() + " ...");
    Set<Capability> missing = EnumSet.noneOf(Capability.class);
    missing.addAll(mutation.script().needs());
    missing.removeIf(capability -> !provider.impossible().containsKey(capability));
    String caught;
    boolean good;
    if (!missing.isEmpty()) {
      caught = "not run: this machine does not allow " + missing;
      good = false;
    } else {
      Judgement judgement = played(mutation);
      List<String> invalid = Mutation.said(judgement, Verdict.INVALID);
      caught =
          invalid.isEmpty()
              ? judgement.verdict().name().toLowerCase(java.util.Locale.ROOT)
              : String.join("; ", invalid);
      good = mutation.isToldBy(judgement);
      judgement.reports().stream()
          .filter(report -> report.verdict() != Verdict.VALID)
          .forEach(report -> System.out.println("  " + report));
    }
    failed |= !good;
    String line =
        "| %s | %s | %s | %s | %s |"
            .formatted(
                mutation.isControl() ? "none" : mutation.mutant(),
                mutation.workload(),
                mutation.script().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '),
                caught,
                good ? "yes" : "NO: " + String.join("; ", mutation.checkers()));
    lines.add(line);
    System.out.println(line);
  }

  /** A mutant that keeps its cluster from starting has been told apart from nothing. */
  private Judgement played(Mutation mutation) {
    try {
      return play(mutation);
    } catch (RuntimeException | AssertionError e) {
      System.out.println("  the run failed: " + e);
      return ReportWriter.write(folder.resolve(mutation.name()));
    }
  }

  private Judgement play(Mutation mutation) {
    Path run = folder.resolve(mutation.name());
    Workload workload = Workloads.named(mutation.workload());
    Set<Capability> wanted = EnumSet.of(Capability.PROCESS);
    wanted.addAll(mutation.script().needs());
    ClusterSpec spec = ClusterSpec.named("mutation", wanted);
    for (Map.Entry<String, String> setting : workload.settings().entrySet()) {
      spec = spec.with(setting.getKey(), setting.getValue());
    }
    if (!mutation.isControl()) {
      spec = spec.withJavaOptions("-javaagent:" + agent + "=" + mutation.mutant());
    }
    try (HistoryWriter history = new HistoryWriter(run);
        ClusterUnderTest cluster = provider.start(spec);
        Workload started = workload) {
      note(run, mutation, spec);
      WorkloadOptions options = WorkloadOptions.moderate().withDrainLimit(Duration.ofSeconds(30));
      try (Observer observer = Observer.start(cluster, history)) {
        started.setUp(new WorkloadContext(cluster, history, 1, options));
        started.start();
        observer.awaitSteadyLeaders(pace.steady(), pace.steadyLimit());
        play(mutation.script(), new Scene(cluster, history, mutation.queue(), run));
        history.record(Event.phase("heal"));
        Await.pause(pace.after(mutation.script()));
        started.stopAndDrain();
      } finally {
        keepLogs(cluster, run);
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return ReportWriter.write(run);
  }

  /** A mutant may make a cluster that does not come back: its history is judged all the same. */
  private static void play(Script script, Scene scene) {
    try {
      script.play(scene);
    } catch (AssertionError e) {
      System.out.println("  the script was not played to its end: " + e.getMessage());
    }
  }

  private static void note(Path run, Mutation mutation, ClusterSpec spec) throws IOException {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("command", "chaos-tests/run --mutants " + mutation.mutant());
    facts.put("workload", mutation.workload());
    facts.put("provider", "processes");
    facts.put("faults", mutation.script().name());
    facts.put("mutant", mutation.mutant());
    facts.put("seed", 1);
    facts.put("settings", spec.settings());
    Files.writeString(run.resolve("run.json"), new com.google.gson.Gson().toJson(facts));
  }

  private static void keepLogs(ClusterUnderTest cluster, Path run) throws IOException {
    Path logs = Files.createDirectories(run.resolve("logs"));
    for (int node : cluster.nodes()) {
      if (Files.exists(cluster.log(node))) {
        Files.copy(
            cluster.log(node),
            logs.resolve("node-" + node + ".log"),
            java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }
}
