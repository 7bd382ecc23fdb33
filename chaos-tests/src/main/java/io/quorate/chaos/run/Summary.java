package io.quorate.chaos.run;

import io.quorate.chaos.check.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A table over several runs, in {@code summary.md} beside their folders. */
final class Summary {

  private Summary() {}

  static String table(List<RunResult> results) {
    StringBuilder text = new StringBuilder();
    text.append("| workload | faults | seed | done | verdict | folder |\n");
    text.append("|---|---|---|---|---|---|\n");
    Map<String, Integer> all = new TreeMap<>();
    for (RunResult result : results) {
      result.faultsDone().forEach((fault, count) -> all.merge(fault, count, Integer::sum));
      text.append(
          "| %s | %s | %d | %d | %s | %s |%n"
              .formatted(
                  result.plan().workload(),
                  result.plan().faultList(),
                  result.plan().seed(),
                  result.faultCount(),
                  result.verdict(),
                  result.folder().getFileName()));
    }
    text.append("\nFaults done:");
    all.forEach((fault, count) -> text.append(' ').append(fault).append(' ').append(count));
    return text.append('\n').toString();
  }

  static void write(Path folder, List<RunResult> results) {
    StringBuilder text = new StringBuilder(table(results));
    for (RunResult result : results) {
      if (result.verdict() != Verdict.VALID) {
        text.append("\n`").append(result.plan().command()).append("`\n\n");
        result.complaints().forEach(line -> text.append("- ").append(line).append('\n'));
      }
    }
    try {
      Files.writeString(folder.resolve("summary.md"), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
