package io.quorate.chaos.check;

import io.quorate.chaos.history.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects what a checker finds: keeps the first ones and counts the rest. */
final class Findings {

  private static final int KEPT = 20;

  private final String checker;
  private final List<Finding> violations = new ArrayList<>();
  private final List<Finding> doubts = new ArrayList<>();
  private final Map<String, String> figures = new LinkedHashMap<>();
  private int violationCount;
  private int doubtCount;
  private int caseless;
  private boolean outside;

  Findings(String checker) {
    this.checker = checker;
  }

  void violation(String text, Message message, String queue) {
    add(new Finding(text, message, queue));
  }

  void violation(String text) {
    add(Finding.of(text));
  }

  private void add(Finding finding) {
    violationCount++;
    if (violations.size() < KEPT) {
      violations.add(finding);
    }
  }

  /** A reason why it cannot be told; counts only where there is no violation. */
  void doubt(String text) {
    doubtCount++;
    if (doubts.size() < KEPT) {
      doubts.add(Finding.of(text));
    }
  }

  /** A doubt because nothing happened that this is about. */
  void caseless(String text) {
    caseless++;
    doubt(text);
  }

  /** Nothing happened that this is about, and nothing of it was to happen: there is no verdict. */
  void outside() {
    outside = true;
  }

  /** Something that was measured or counted on the way. */
  void figure(String name, Object value) {
    figures.put(name, value.toString());
  }

  Report report() {
    Verdict verdict =
        violationCount > 0 ? Verdict.INVALID : doubtCount > 0 ? Verdict.UNKNOWN : Verdict.VALID;
    return new Report(
        checker,
        verdict,
        List.copyOf(violationCount > 0 ? violations : doubts),
        violationCount > 0 ? violationCount : doubtCount,
        figures,
        verdict == Verdict.UNKNOWN && caseless == doubtCount,
        verdict == Verdict.VALID && outside);
  }
}
