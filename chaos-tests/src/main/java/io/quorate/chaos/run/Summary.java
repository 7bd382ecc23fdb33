package io.quorate.chaos.run;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A table over several runs, for the console. */
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
}
