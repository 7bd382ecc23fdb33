package io.quorate.chaos.check;

import java.util.List;
import java.util.stream.Collectors;

/** All checkers over one history. */
public final class Checks {

  private static final List<Checker> ALL =
      List.of(
          new NothingConfirmedIsLost(),
          new NothingIsInvented(),
          new RepeatsAreFlagged(),
          new OrderIsKept());

  private Checks() {}

  public static List<Report> check(History history) {
    return ALL.stream().map(checker -> checker.check(history)).toList();
  }

  /**
   * Prints the verdicts and expects all of them to be valid; unknown is not enough.
   *
   * @throws AssertionError with the findings otherwise
   */
  public static void assertValid(String test, History history) {
    List<Report> reports = check(history);
    Verdict verdict = reports.stream().map(Report::verdict).reduce(Verdict.VALID, Verdict::and);
    System.out.printf("%s: %s; %s%n", test, verdict, history.counts());
    if (verdict != Verdict.VALID) {
      throw new AssertionError(
          test
              + ": "
              + verdict
              + "; "
              + history.counts()
              + "\n"
              + reports.stream().map(Report::toString).collect(Collectors.joining("\n")));
    }
  }
}
