package io.quorate.chaos.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** Sums over runs, by their verdicts: what was done, for how long, and what each checker said. */
final class Totals {

  private static final List<String> VERDICTS = List.of("VALID", "UNKNOWN", "INVALID");

  /** Faults by which all nodes lose power at once. */
  private static final String ALL_LOSE_POWER = "power-all";

  private final List<RunSummary> runs;

  private Totals(List<RunSummary> runs) {
    this.runs = runs;
  }

  static Totals of(List<RunSummary> runs) {
    return new Totals(runs);
  }

  String markdown() {
    StringBuilder out = new StringBuilder("| | valid | unknown | invalid | together |\n");
    out.append("|---|---:|---:|---:|---:|\n");
    row(out, "Runs", run -> 1);
    row(out, "Minutes of load, with and without faults", run -> run.loadSeconds() / 60);
    row(out, "Minutes of faults", run -> run.facts().number("minutes"));
    row(out, "Confirmed publishes", run -> run.count("confirmed"));
    row(out, "Faults done", run -> run.facts().total("faultsDone"));
    row(
        out,
        "Losses of power by all nodes at once",
        run -> run.facts().numbers("faultsDone").getOrDefault(ALL_LOSE_POWER, 0));
    row(out, "Confirmed messages lost, where queues were shown to be empty", Totals::lost);
    out.append("\n| Checker | valid | unknown | invalid |\n|---|---:|---:|---:|\n");
    checkers().forEach((checker, counts) -> line(out, checker, counts));
    out.append("\n| Fault | done | in valid runs |\n|---|---:|---:|\n");
    faults().forEach((fault, counts) -> line(out, "`" + fault + "`", counts));
    return out.toString();
  }

  /** What is still in a queue is not lost. */
  private static double lost(RunSummary run) {
    boolean known = !"UNKNOWN".equals(run.checkers().get("nothing confirmed is lost"));
    return known ? run.count("lost") : 0;
  }

  private void row(StringBuilder out, String name, ToDoubleFunction<RunSummary> of) {
    List<Long> values = new ArrayList<>();
    double sum = 0;
    for (String verdict : VERDICTS) {
      double part =
          runs.stream().filter(run -> run.verdict().equals(verdict)).mapToDouble(of).sum();
      values.add(Math.round(part));
      sum += part;
    }
    values.add(Math.round(sum));
    line(out, name, values);
  }

  private static void line(StringBuilder out, String name, List<Long> values) {
    out.append("| ").append(name).append(" |");
    values.forEach(value -> out.append(String.format(Locale.ROOT, " %,d |", value)));
    out.append('\n');
  }

  /** How many runs each checker judged how, in the order of {@link #VERDICTS}. */
  private Map<String, List<Long>> checkers() {
    Map<String, List<Long>> all = new TreeMap<>();
    for (RunSummary run : runs) {
      run.checkers()
          .forEach(
              (checker, verdict) ->
                  add(
                      all.computeIfAbsent(checker, name -> new ArrayList<>(List.of(0L, 0L, 0L))),
                      VERDICTS.indexOf(verdict),
                      1));
    }
    return all;
  }

  /** How often each fault was done, in all runs and in those that are valid. */
  private Map<String, List<Long>> faults() {
    Map<String, List<Long>> all = new TreeMap<>();
    for (RunSummary run : runs) {
      run.facts()
          .numbers("faultsDone")
          .forEach(
              (fault, times) -> {
                List<Long> counts =
                    all.computeIfAbsent(fault, name -> new ArrayList<>(List.of(0L, 0L)));
                add(counts, 0, times);
                add(counts, 1, run.verdict().equals("VALID") ? times : 0);
              });
    }
    return all;
  }

  private static void add(List<Long> counts, int index, long more) {
    counts.set(index, counts.get(index) + more);
  }
}
