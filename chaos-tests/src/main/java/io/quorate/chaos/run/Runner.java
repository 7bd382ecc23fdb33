package io.quorate.chaos.run;

import io.quorate.chaos.check.Judgement;
import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.fault.Fault;
import io.quorate.chaos.fault.Nemesis;
import io.quorate.chaos.fault.Remarks;
import io.quorate.chaos.fault.Schedule;
import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.HistoryWriter;
import io.quorate.chaos.report.ReportWriter;
import io.quorate.chaos.sut.ClusterSpec;
import io.quorate.chaos.sut.ClusterUnderTest;
import io.quorate.chaos.workload.Observer;
import io.quorate.chaos.workload.Workload;
import io.quorate.chaos.workload.WorkloadContext;
import io.quorate.chaos.workload.Workloads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.stream.Collectors;

/** Does one run from the start of its cluster to its verdict. */
final class Runner {

  /** After the last one: long enough to see latencies come back. */
  private static final Duration AFTERMATH = Duration.ofSeconds(11);

  /** Long enough to be quiet again. */
  private static final Duration AFTERMATH_SHORT = Duration.ofSeconds(6);

  /** Some seconds of peace to compare with, which begins and ends five seconds from a change. */
  private static final Duration STEADY = Duration.ofSeconds(12);

  /** A busy machine may have none, and a short run is not to wait for them for long. */
  private static final Duration STEADY_LIMIT = Duration.ofSeconds(40);

  private static final Duration STEADY_LIMIT_SHORT = Duration.ofSeconds(20);

  private final boolean echo;

  /**
   * Makes one.
   *
   * @param echo whether faults are printed as they happen
   */
  Runner(boolean echo) {
    this.echo = echo;
  }

  /** Runs, and leaves everything in the folder. */
  RunResult run(RunPlan plan, Path folder) {
    String started = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Remarks remarks = new Remarks(folder, echo);
    plan.leftOut()
        .forEach((fault, why) -> remarks.say("not on this machine: " + fault + ": " + why));
    Workload workload = Workloads.named(plan.workload());
    ClusterSpec spec = spec(plan, workload);
    long begin = System.nanoTime();
    try (ClusterUnderTest cluster = plan.provider().start(spec)) {
      remarks.say("the cluster is ready: " + cluster.provider());
      try (workload) {
        torment(plan, cluster, workload, folder, remarks);
      } finally {
        keepLogs(cluster, folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      remarks.say("the run took " + (System.nanoTime() - begin) / 1_000_000_000 + " s");
      RunDescription.write(folder, plan, spec.settings(), started, remarks);
    }
    Judgement judgement = ReportWriter.write(folder);
    return new RunResult(plan, folder, judgement, remarks.done());
  }

  private static ClusterSpec spec(RunPlan plan, Workload workload) {
    ClusterSpec spec = ClusterSpec.named(plan.workload(), plan.capabilities());
    for (var setting : plan.settings().entrySet()) {
      spec = spec.with(setting.getKey(), setting.getValue());
    }
    for (var setting : workload.settings().entrySet()) {
      spec = spec.with(setting.getKey(), setting.getValue());
    }
    return spec;
  }

  private static void torment(
      RunPlan plan, ClusterUnderTest cluster, Workload workload, Path folder, Remarks remarks)
      throws IOException {
    try (HistoryWriter history = new HistoryWriter(folder);
        Observer observer = Observer.start(cluster, history)) {
      Nemesis nemesis = new Nemesis(cluster, history, remarks);
      workload.setUp(new WorkloadContext(cluster, history, plan.seed(), plan.options()));
      workload.start();
      Await.pause(workload.baseline());
      observer.awaitSteadyLeaders(STEADY, isShort(plan.time()) ? STEADY_LIMIT_SHORT : STEADY_LIMIT);
      history.record(Event.phase("faults").on(wanted(plan)));
      nemesis.torment(new Schedule(plan.seed(), plan.faults()), plan.time());
      nemesis.makeWell();
      Await.pause(isShort(plan.time()) ? AFTERMATH_SHORT : AFTERMATH);
      remarks.say("drains");
      workload.stopAndDrain();
      remarks.say("is drained, or was waited for long enough");
    }
  }

  private static String wanted(RunPlan plan) {
    return plan.faults().stream().map(Fault::name).collect(Collectors.joining(" "));
  }

  private static void keepLogs(ClusterUnderTest cluster, Path folder) throws IOException {
    Path logs = Files.createDirectories(folder.resolve("logs"));
    for (int node : cluster.nodes()) {
      if (Files.exists(cluster.log(node))) {
        Files.copy(
            cluster.log(node),
            logs.resolve("node-" + node + ".log"),
            StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private static boolean isShort(Duration faults) {
    return faults.compareTo(STEADY_LIMIT) < 0;
  }
}
