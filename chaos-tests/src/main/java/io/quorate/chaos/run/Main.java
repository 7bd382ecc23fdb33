package io.quorate.chaos.run;

import io.quorate.chaos.check.Judgement;
import io.quorate.chaos.check.Verdict;
import io.quorate.chaos.cluster.Repository;
import io.quorate.chaos.fault.Faults;
import io.quorate.chaos.history.HistoryWriter;
import io.quorate.chaos.mutation.MutationTable;
import io.quorate.chaos.report.ReportWriter;
import io.quorate.chaos.report.SummaryWriter;
import io.quorate.chaos.sut.Provider;
import io.quorate.chaos.sut.Providers;
import io.quorate.chaos.workload.WorkloadOptions;
import io.quorate.chaos.workload.Workloads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code chaos-tests/run}. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    usageHelpWidth = 110,
    description = {
      "Runs workloads on a cluster, does to it what may happen to clusters, and judges what the clients saw.",
      ""
    },
    footer = {
      "",
      "Exit codes: 0 every guarantee held; 1 one was broken; 2 wrong command line; 3 it cannot be told."
    })
public final class Main implements Callable<Integer> {

  private static final int OK = 0;
  private static final int BROKEN = 1;
  private static final int USAGE = 2;
  private static final int UNKNOWN = 3;

  @Option(names = "--list", description = "shows providers, workloads and faults")
  private boolean list;

  @Option(
      names = "--provider",
      defaultValue = "containers",
      description = "what the nodes run in: containers or processes; default: ${DEFAULT-VALUE}")
  private String provider = "";

  @Option(
      names = "--workload",
      defaultValue = "queue",
      description =
          "what the clients do, or several with commas between them, one run each;"
              + " all; default: ${DEFAULT-VALUE}")
  private String workload = "";

  @Option(
      names = "--faults",
      defaultValue = "network,pause,crash",
      description =
          "faults or groups of them with commas between, all, or none; default: ${DEFAULT-VALUE}")
  private String faults = "";

  @Option(
      names = "--minutes",
      description = "how long faults happen, of each run; default: 2, or what the suite says")
  private @Nullable Double minutes;

  @Option(
      names = "--seed",
      description = "makes the same schedule and the same clients; default: by chance, and printed")
  private @Nullable Long seed;

  @Option(
      names = "--rate",
      description = "messages a second that all publishers together intend to publish")
  private @Nullable Integer rate;

  @Option(
      names = "--output",
      description = "the directory for the run's folder; default: chaos-tests/target/runs")
  private @Nullable Path output;

  @Option(
      names = "--suite",
      description = "short or long: workloads times faults, and a table in the end")
  private @Nullable String suite;

  @Option(
      names = "--from",
      defaultValue = "1",
      description = "with --suite: the first run of it to do, to go on with one that was ended")
  private int from;

  @Option(
      names = "--recheck",
      paramLabel = "FOLDER",
      description = "judges an old run again, or all in a directory, and writes reports anew")
  private @Nullable Path recheck;

  @Option(
      names = "--mutants",
      paramLabel = "NAMES",
      description =
          "runs clusters that are broken on purpose, to show that the checkers notice: names with"
              + " commas between, control, or all")
  private @Nullable String mutants;

  private Main() {}

  /** Runs it and ends this process. */
  public static void main(String[] arguments) {
    CommandLine line = new CommandLine(new Main());
    line.setExecutionExceptionHandler(
        (exception, command, result) -> {
          boolean usage = exception instanceof IllegalArgumentException;
          System.err.println("run: " + exception.getMessage());
          if (!usage) {
            exception.printStackTrace();
          }
          return usage ? USAGE : UNKNOWN;
        });
    System.exit(line.execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    if (list) {
      System.out.print(Catalogue.text());
      return OK;
    }
    if (recheck != null) {
      return recheck(recheck);
    }
    if (mutants != null) {
      Path folder = directory().resolve(stamp() + "-mutants");
      return MutationTable.run(folder, List.of(mutants.split(","))) ? OK : BROKEN;
    }
    return runAll(plans());
  }

  /** One run, or all in a directory: then their summary is written anew as well. */
  private static int recheck(Path folder) throws IOException {
    if (Files.exists(folder.resolve(HistoryWriter.FILE))) {
      Judgement judgement = ReportWriter.write(folder);
      judgement.reports().forEach(System.out::println);
      System.out.println(judgement.verdict());
      return code(judgement.verdict());
    }
    Verdict worst = Verdict.VALID;
    try (Stream<Path> all = Files.list(folder)) {
      for (Path run :
          all.filter(each -> Files.exists(each.resolve(HistoryWriter.FILE))).sorted().toList()) {
        Verdict verdict = ReportWriter.write(run).verdict();
        System.out.println(verdict + ": " + run.getFileName());
        worst = worst.and(verdict);
      }
    }
    SummaryWriter.write(folder);
    return code(worst);
  }

  private Path directory() {
    return output == null ? Repository.module().resolve("target/runs") : output.toAbsolutePath();
  }

  private static String stamp() {
    return DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").format(LocalDateTime.now());
  }

  private List<RunPlan> plans() {
    Provider chosen = Providers.named(provider);
    chosen
        .obstacle()
        .ifPresent(
            reason -> {
              throw new IllegalArgumentException("the provider " + provider + ": " + reason);
            });
    long first = seed == null ? new Random().nextInt(1_000_000) : seed;
    List<RunPlan> plans = new ArrayList<>();
    if (suite == null) {
      for (String name : names(workload)) {
        plans.add(plan(chosen, name, faults, time(Duration.ofMinutes(2)), first));
      }
    } else {
      for (Suite.Entry entry : Suite.named(suite).entries()) {
        plans.add(
            plan(
                chosen,
                entry.workload(),
                entry.faults(),
                time(entry.time()),
                first + plans.size()));
      }
    }
    if (from < 1 || from > plans.size()) {
      throw new IllegalArgumentException("--from is to be 1 to " + plans.size());
    }
    return plans.subList(from - 1, plans.size());
  }

  private Duration time(Duration otherwise) {
    return minutes == null ? otherwise : Duration.ofMillis((long) (minutes * 60_000));
  }

  private static List<String> names(String list) {
    return list.equals("all")
        ? Workloads.all().stream().map(one -> one.name()).toList()
        : List.of(list.split(","));
  }

  private RunPlan plan(Provider chosen, String name, String list, Duration time, long number) {
    Workloads.named(name).close();
    WorkloadOptions options = WorkloadOptions.moderate();
    return RunPlan.of(
        chosen,
        name,
        list,
        Faults.named(list),
        time,
        number,
        rate == null ? options : options.withRate(rate));
  }

  private int runAll(List<RunPlan> plans) {
    Path directory = directory();
    String stamp = stamp();
    List<RunResult> results = new ArrayList<>();
    Verdict worst = Verdict.VALID;
    for (RunPlan plan : plans) {
      System.out.println(plan.command());
      Path folder = directory.resolve("%s-%s-%d".formatted(stamp, plan.workload(), plan.seed()));
      try {
        RunResult result = new Runner(true).run(plan, folder);
        result.complaints().forEach(System.out::println);
        System.out.println(result.verdict() + ": " + folder.resolve("index.html"));
        results.add(result);
        worst = worst.and(result.verdict());
      } catch (RuntimeException | AssertionError e) {
        // a cluster that does not come up, say: the others of a suite are run all the same
        System.err.println("this run came to no verdict: " + e);
        worst = worst.and(Verdict.UNKNOWN);
      }
      SummaryWriter.write(directory);
    }
    if (results.size() > 1) {
      System.out.println(Summary.table(results));
    }
    return code(worst);
  }

  private static int code(Verdict verdict) {
    return switch (verdict) {
      case VALID -> OK;
      case INVALID -> BROKEN;
      case UNKNOWN -> UNKNOWN;
    };
  }
}
