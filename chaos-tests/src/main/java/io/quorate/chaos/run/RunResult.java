package io.quorate.chaos.run;

import io.quorate.chaos.check.Judgement;
import io.quorate.chaos.check.Report;
import io.quorate.chaos.check.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What came of a run.
 *
 * @param faultsDone how often each was done
 */
record RunResult(RunPlan plan, Path folder, Judgement judgement, Map<String, Integer> faultsDone) {

  /** The worst of everything. */
  Verdict verdict() {
    return judgement.verdict();
  }

  /** How often anything was done to the cluster. */
  int faultCount() {
    return faultsDone.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Everything that is not valid, in lines for people. */
  List<String> complaints() {
    List<String> lines = new ArrayList<>();
    for (Report report : judgement.reports()) {
      if (report.verdict() != Verdict.VALID) {
        lines.add(report.toString());
      }
    }
    return lines;
  }
}
