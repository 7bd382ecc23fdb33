package io.quorate.chaos.check;

import static io.quorate.chaos.check.Story.story;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.history.EventType;
import io.quorate.chaos.history.Kind;
import org.junit.jupiter.api.Test;

/** Transactions: what may come of them, and each way to be torn. */
class TransactionsTest {

  private static final int WORK = 0;
  private static final int RESULTS = 1;
  private static final int WORKER = 1;
  private static final int READER = 2;

  private static Report report(Story story) {
    return story.judgedBy(new TransactionsAreWhole());
  }

  private static Verdict verdict(Story story) {
    return report(story).verdict();
  }

  private static String finding(Story story) {
    return report(story).findings().get(0).text();
  }

  /** Two messages are taken from {@code work}, and not settled yet. */
  private static Story taken() {
    return story().in("work").published(WORK, 0, 1).delivered(WORKER, WORK, 0, 1);
  }

  /** Their results and acks are in transaction 1, which ends. */
  private static Story worked(Kind end, EventType outcome, EventType known) {
    return parts(known).ends(1, end, outcome);
  }

  private static Story parts(EventType known) {
    Story story = taken();
    for (int counter = 0; counter < 2; counter++) {
      story.in("results").publishedIn(1, RESULTS, counter, known);
      story.in("work").ackedIn(1, WORKER, WORK, counter, known);
    }
    return story;
  }

  private static Story allDrained(Story story) {
    return story.in("work").drained().in("results").drained();
  }

  @Test
  void aCommitThatIsAnsweredHasHappened() {
    Story whole = worked(Kind.COMMIT, EventType.OK, EventType.OK).in("results");
    assertThat(verdict(allDrained(whole.delivered(READER, RESULTS, 0, 1))))
        .isEqualTo(Verdict.VALID);

    Story torn = worked(Kind.COMMIT, EventType.OK, EventType.OK).in("results");
    allDrained(torn.delivered(READER, RESULTS, 0));
    assertThat(verdict(torn)).isEqualTo(Verdict.INVALID);
    assertThat(finding(torn))
        .isEqualTo("transaction 1: committed for certain, and only 1 of its 2 messages came");
    assertThat(report(torn).findings().get(0).message()).hasToString("p1-1");
  }

  @Test
  void whereAQueueWasNotShownToBeEmptyNothingIsMissingForCertain() {
    Story torn = worked(Kind.COMMIT, EventType.OK, EventType.OK).in("results");
    assertThat(verdict(torn.delivered(READER, RESULTS, 0).in("work").drained()))
        .isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void aRollbackLeavesNothing() {
    Story nothing = worked(Kind.ROLLBACK, EventType.OK, EventType.FAIL);
    nothing.in("work").again(READER, WORK, 0, 1).again(READER, WORK, 1, 1);
    assertThat(verdict(allDrained(nothing))).isEqualTo(Verdict.UNKNOWN); // nothing was committed

    for (EventType answer : new EventType[] {EventType.OK, EventType.INFO}) {
      Story something = worked(Kind.ROLLBACK, answer, EventType.FAIL);
      something.in("results").delivered(READER, RESULTS, 0);
      assertThat(verdict(something)).isEqualTo(Verdict.INVALID);
      assertThat(finding(something)).contains("1 of its messages came, and it was rolled back");
    }
  }

  @Test
  void whatIsNeverCommittedNeverComes() {
    Story something = parts(EventType.FAIL).abandoned();
    something.in("results").delivered(READER, RESULTS, 1);
    something.in("other").publishedIn(2, 7, 0, EventType.OK).ends(2, Kind.COMMIT, EventType.OK);
    assertThat(verdict(something)).isEqualTo(Verdict.INVALID);
    assertThat(finding(something)).contains("1 of its messages came, and it was never committed");
  }

  @Test
  void nothingComesBeforeTheCommit() {
    Story early = parts(EventType.OK).in("results").delivered(READER, RESULTS, 0, 1);
    early.ends(1, Kind.COMMIT, EventType.OK);
    assertThat(verdict(allDrained(early))).isEqualTo(Verdict.INVALID);
    assertThat(finding(early)).contains("came before it was committed");
  }

  @Test
  void aCommitWithoutAnAnswerMayHaveBeenDoneInPart() {
    Story part = committedBefore().in("results").delivered(READER, RESULTS, 1);
    part.in("work").breaks(WORKER).again(READER, WORK, 0, 1).again(READER, WORK, 1, 1);
    Report report = report(allDrained(part));
    assertThat(report.verdict()).isEqualTo(Verdict.VALID);
    assertThat(report.figures()).containsEntry("commit unanswered, part came", "1");

    Story none = committedBefore();
    none.in("work").breaks(WORKER).again(READER, WORK, 0, 1).again(READER, WORK, 1, 1);
    assertThat(verdict(allDrained(none))).isEqualTo(Verdict.VALID);

    Story all = committedBefore().in("results").delivered(READER, RESULTS, 0, 1);
    assertThat(verdict(allDrained(all))).isEqualTo(Verdict.VALID);
  }

  @Test
  void itsAcksNeverHappenWithoutItsMessages() {
    // message 0 of the work is gone, and only one of the results is there
    Story torn = committedBefore().in("results").delivered(READER, RESULTS, 1);
    torn.in("work").breaks(WORKER).again(READER, WORK, 1, 1);
    assertThat(verdict(allDrained(torn))).isEqualTo(Verdict.INVALID);
    assertThat(finding(torn))
        .isEqualTo("transaction 1: 1 of its acks took effect, and only 1 of its 2 messages came");
  }

  @Test
  void anAckOfADeliveryThatHadBeenTakenBackProvesNothing() {
    Story story = story().in("work").published(WORK, 0);
    story.delivered(READER, WORK, 0).acked(READER, WORK, 0); // by another who had it by then
    story.again(WORKER, WORK, 0, 0); // seen late
    story.in("results").publishedIn(1, RESULTS, 0, EventType.INFO);
    story.in("work").ackedIn(1, WORKER, WORK, 0, EventType.INFO);
    story.ends(1, Kind.COMMIT, EventType.INFO);
    story.in("other").publishedIn(2, 7, 0, EventType.OK).ends(2, Kind.COMMIT, EventType.OK);
    story.in("other").delivered(9, 7, 0).drained();
    assertThat(verdict(allDrained(story))).isEqualTo(Verdict.VALID);
  }

  /** A commit is not answered, after another that was. */
  private static Story committedBefore() {
    Story story = worked(Kind.COMMIT, EventType.INFO, EventType.INFO);
    story.in("other").publishedIn(2, 7, 0, EventType.OK).ends(2, Kind.COMMIT, EventType.OK);
    return story.in("other").delivered(9, 7, 0).drained();
  }

  @Test
  void anAckThatWasRolledBackIsNone() {
    Story again = taken();
    again.ackedIn(1, WORKER, WORK, 0, EventType.FAIL).ends(1, Kind.ROLLBACK, EventType.OK);
    again.ackedIn(2, WORKER, WORK, 0, EventType.OK).ends(2, Kind.COMMIT, EventType.OK);
    assertThat(verdict(again.drained())).isEqualTo(Verdict.VALID);

    Story gone = taken().acked(WORKER, WORK, 1);
    gone.ackedIn(1, WORKER, WORK, 0, EventType.FAIL).ends(1, Kind.ROLLBACK, EventType.OK);
    assertThat(gone.drained().judgedBy(new MessagesAreConserved()).verdict())
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void withoutTransactionsThereIsNoVerdict() {
    assertThat(new TransactionsAreWhole().applies(taken().end())).isFalse();
  }
}
