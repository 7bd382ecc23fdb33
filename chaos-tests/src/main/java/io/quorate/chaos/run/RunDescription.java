package io.quorate.chaos.run;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.quorate.chaos.cluster.Command;
import io.quorate.chaos.cluster.Distribution;
import io.quorate.chaos.cluster.Repository;
import io.quorate.chaos.fault.Fault;
import io.quorate.chaos.fault.Remarks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes {@code run.json}: what was run, on what, and what was done to it. */
final class RunDescription {

  /** The file's name in a run's folder. */
  static final String FILE = "run.json";

  private RunDescription() {}

  static void write(
      Path folder, RunPlan plan, Map<String, String> settings, String started, Remarks remarks) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("seed", plan.seed());
    document.put("command", plan.command());
    document.put("started", started);
    document.put("commit", commit());
    document.put("provider", plan.provider().name());
    document.put("workload", plan.workload());
    document.put("options", String.valueOf(plan.options()));
    document.put("minutes", plan.time().toSeconds() / 60.0);
    document.put("faults", plan.faults().stream().map(Fault::name).toList());
    document.put("leftOut", plan.leftOut());
    document.put("faultsDone", remarks.done());
    document.put("faultsNotPossible", remarks.notDone());
    document.put("misbehaviours", remarks.misbehaviours());
    document.put("settings", settings);
    document.put("versions", versions());
    Gson gson = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();
    try {
      Files.writeString(folder.resolve(FILE), gson.toJson(document) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String commit() {
    Command git = Command.of("git", "rev-parse", "HEAD").withDirectory(Repository.root());
    Command changed =
        Command.of("git", "status", "--porcelain", "--untracked-files=no")
            .withDirectory(Repository.root());
    try {
      Command.Result head = git.run();
      return head.exitCode() != 0
          ? "unknown"
          : head.out().trim() + (changed.run().out().isBlank() ? "" : " with changes");
    } catch (UncheckedIOException e) {
      return "unknown"; // There is no git.
    }
  }

  private static Map<String, String> versions() {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("distribution", Distribution.archive().getFileName().toString());
    versions.put("distributionSha256", Distribution.digest());
    versions.put("java", Runtime.version().toString());
    versions.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    versions.put("processors", "" + Runtime.getRuntime().availableProcessors());
    return versions;
  }
}
