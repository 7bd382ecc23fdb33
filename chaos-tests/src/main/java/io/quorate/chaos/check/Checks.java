package io.quorate.chaos.check;

import java.util.List;
import java.util.stream.Collectors;

/** All checkers over one run. */
public final class Checks {

  private static final List<Checker> ALL =
      List.of(
          new NothingConfirmedIsLost(),
          new NothingIsInvented(),
          new NothingAfterAck(),
          new RepeatsAreFlagged(),
          new ReturnsAreCounted(),
          new RepeatsAreExplained(),
          new OrderIsKept(),
          new LifecycleIsLinearizable(),
          new MessagesAreConserved(),
          new TransactionsAreWhole(),
          new TakenAtMostOnce(),
          new UnroutableComesBack(),
          new PurgedStaysGone(),
          new DeletedStaysGone(),
          new ExclusiveConsumersAreAlone(),
          new QueuesDrain(),
          new DefinitionsAreVisible(),
          new RoutingFollows(),
          new ClusterIsAvailable(),
          new ClusterRecovers(),
          new ReplicasAgree(),
          new NobodyMisbehaves(),
          new TheTestItself(),
          new LogsAreClean());

  private Checks() {}

  public static List<Checker> all() {
    return ALL;
  }

  /** The reports of all checkers that the run is about. */
  public static List<Report> check(Evidence evidence) {
    return ALL.stream()
        .filter(checker -> checker.applies(evidence.history()))
        .map(checker -> checker.check(evidence))
        .filter(report -> !report.outside())
        .toList();
  }

  /** The worst of the verdicts. */
  public static Verdict verdict(List<Report> reports) {
    return reports.stream().map(Report::verdict).reduce(Verdict.VALID, Verdict::and);
  }

  /**
   * Prints the verdicts on a history and expects all of them to be valid; unknown is not enough.
   * But a history with faults may have no ack that is certain, since acks about changes of leaders
   * are not: then it is not about these. One without faults has to have some.
   *
   * @throws AssertionError with the findings otherwise
   */
  public static void assertValid(String test, History history) {
    boolean disturbed = !history.disturbances().faults().isEmpty();
    List<Report> reports =
        check(Evidence.of(history)).stream()
            .filter(report -> !(disturbed && report.caseless()))
            .toList();
    Verdict verdict = verdict(reports);
    Counts counts = Counts.of(history);
    System.out.printf("%s: %s; %s%n", test, verdict, counts);
    if (verdict != Verdict.VALID) {
      throw new AssertionError(
          test
              + ": "
              + verdict
              + "; "
              + counts
              + "\n"
              + reports.stream().map(Report::toString).collect(Collectors.joining("\n")));
    }
  }
}
