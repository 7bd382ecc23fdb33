package io.quorate.chaos.check;

import static io.quorate.chaos.check.Story.story;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Acks, repeats, their flag, count and reason: good histories, and each way to be bad. */
class RepeatsTest {

  private static Verdict afterAck(Story story) {
    return story.judgedBy(new NothingAfterAck()).verdict();
  }

  private static Verdict flagged(Story story) {
    return story.judgedBy(new RepeatsAreFlagged()).verdict();
  }

  private static Verdict counted(Story story) {
    return story.judgedBy(new ReturnsAreCounted()).verdict();
  }

  private static Verdict explained(Story story) {
    return story.judgedBy(new RepeatsAreExplained()).verdict();
  }

  private static Verdict linearizable(Story story) {
    return story.judgedBy(new LifecycleIsLinearizable()).verdict();
  }

  @Test
  void anAckIsCertainWhoeverLeadsAfterwards() {
    Story quiet = story().published(0, 0).delivered(1, 0, 0).acked(1, 0, 0);
    assertThat(afterAck(quiet.passes(6000).leads(1, "0", 3).again(2, 0, 0, 1)))
        .isEqualTo(Verdict.INVALID);
    Story atOnce = story().published(0, 0).delivered(1, 0, 0).acked(1, 0, 0);
    assertThat(afterAck(atOnce.leads(1, "0", 3).again(2, 0, 0, 1))).isEqualTo(Verdict.INVALID);
    Story between = story().published(0, 0).delivered(1, 0, 0).leads(1, "0", 3).acked(1, 0, 0);
    assertThat(afterAck(between.again(2, 0, 0, 1))).isEqualTo(Verdict.INVALID);
  }

  @Test
  void anAckByANodeInTroubleProvesNothing() {
    // Channel 1 is at node 2.
    Story cutOff = ackedDuringPartition("2 | 1 3");
    assertThat(afterAck(cutOff.again(2, 0, 0, 1))).isEqualTo(Verdict.UNKNOWN);
    Story elsewhere = ackedDuringPartition("3 | 1 2");
    assertThat(afterAck(elsewhere.again(2, 0, 0, 1))).isEqualTo(Verdict.INVALID);
  }

  @Test
  void anAckOfWhatAnotherConsumerHoldsAlreadyProvesNothing() {
    Story taken = story().published(0, 0, 1).delivered(1, 0, 1).acked(1, 0, 1).delivered(1, 0, 0);
    assertThat(afterAck(taken.again(2, 0, 0, 1).acked(1, 0, 0).again(3, 0, 0, 2)))
        .isEqualTo(Verdict.VALID);
    // The ack of who holds it last is certain, whoever had it before.
    Story last = story().published(0, 0).delivered(1, 0, 0).again(2, 0, 0, 1);
    assertThat(afterAck(last.acked(2, 0, 0).again(3, 0, 0, 2))).isEqualTo(Verdict.INVALID);
    // Without the flag nothing was taken back.
    Story unflagged = story().published(0, 0).delivered(1, 0, 0).delivered(2, 0, 0);
    assertThat(afterAck(unflagged.acked(1, 0, 0).again(3, 0, 0, 1))).isEqualTo(Verdict.INVALID);
  }

  @Test
  void aDeliveryToAConsumerOpenedAfterTheAckIsFound() {
    assertThat(
            afterAck(story().published(0, 0).delivered(1, 0, 0).acked(1, 0, 0).again(2, 0, 0, 1)))
        .isEqualTo(Verdict.INVALID);
    assertThat(
            afterAck(
                story()
                    .published(0, 0)
                    .delivered(1, 0, 0)
                    .discarded(1, 0, 0)
                    .got(2, 0, 0, true, 1)))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void aDeliveryBehindALaterMessageIsFound() {
    assertThat(
            afterAck(
                story()
                    .published(0, 0)
                    .consumes(2)
                    .delivered(1, 0, 0)
                    .acked(1, 0, 0)
                    .published(0, 1)
                    .delivered(2, 0, 1)
                    .again(2, 0, 0, 1)))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void aDeliveryThatMayHaveBeenStuckIsNoViolation() {
    assertThat(
            afterAck(
                story()
                    .published(0, 0)
                    .consumes(2)
                    .delivered(1, 0, 0)
                    .acked(1, 0, 0)
                    .again(2, 0, 0, 1)))
        .isEqualTo(Verdict.VALID);
  }

  @Test
  void withoutACertainAckNothingIsShown() {
    assertThat(
            afterAck(
                story().published(0, 0).delivered(1, 0, 0).perhapsAcked(1, 0, 0).again(2, 0, 0, 1)))
        .isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void aRepeatWithoutTheFlagIsFound() {
    assertThat(flagged(story().published(0, 0).delivered(1, 0, 0, 0))).isEqualTo(Verdict.INVALID);
    assertThat(flagged(story().published(0, 0).consumes(2).delivered(1, 0, 0).delivered(2, 0, 0)))
        .isEqualTo(Verdict.INVALID);
    assertThat(flagged(story().published(0, 0).again(1, 0, 0, 0).delivered(1, 0, 0)))
        .isEqualTo(Verdict.INVALID);
    assertThat(flagged(story().published(0, 0).again(1, 0, 0, 0).delivered(2, 0, 0)))
        .isEqualTo(Verdict.INVALID);
    assertThat(flagged(story().published(0, 0).again(1, 0, 0, 0).got(2, 0, 0, false, 0)))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void flaggedRepeatsAreFine() {
    assertThat(
            flagged(story().published(0, 0).delivered(1, 0, 0).again(1, 0, 0, 0).again(2, 0, 0, 0)))
        .isEqualTo(Verdict.VALID);
    assertThat(flagged(story().published(0, 0).again(1, 0, 0, 0))).isEqualTo(Verdict.VALID);
  }

  @Test
  void aFirstDeliveryThatWasStuckElsewhereMayArriveLate() {
    assertThat(flagged(story().published(0, 0).consumes(2).again(1, 0, 0, 0).delivered(2, 0, 0)))
        .isEqualTo(Verdict.VALID);
  }

  @Test
  void aGetIsSeenWhenItEnds() {
    Story story = story().published(0, 0).asks(5);
    story.delivered(1, 0, 0).requeued(1, 0, 0).isGiven(5, 0, 0, true, 1);
    assertThat(flagged(story)).isEqualTo(Verdict.VALID);
    // The return was not in a quiet time, so its count proves nothing; it must not be held against
    // it.
    assertThat(counted(story)).isEqualTo(Verdict.UNKNOWN);
    assertThat(linearizable(story.acked(5, 0, 0))).isEqualTo(Verdict.VALID);
  }

  @Test
  void aCountThatFallsIsFound() {
    assertThat(
            counted(story().published(0, 0).again(1, 0, 0, 2).requeued(1, 0, 0).again(1, 0, 0, 1)))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void aReturnThatIsNotCountedIsFound() {
    assertThat(
            counted(story().published(0, 0).delivered(1, 0, 0).requeued(1, 0, 0).again(1, 0, 0, 0)))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void countedReturnsAreFine() {
    assertThat(
            counted(
                story()
                    .published(0, 0)
                    .delivered(1, 0, 0)
                    .requeued(1, 0, 0)
                    .again(1, 0, 0, 1)
                    .requeued(1, 0, 0)
                    .again(2, 0, 0, 2)))
        .isEqualTo(Verdict.VALID);
  }

  @Test
  void aWorkloadThatIsNotAboutReturnsSaysNothingOfThem() {
    Story returned =
        story()
            .phase("expects", "publish ack")
            .published(0, 0)
            .delivered(1, 0, 0)
            .fault("kill", "1")
            .requeued(1, 0, 0)
            .again(1, 0, 0, 0);
    String checker = new ReturnsAreCounted().name();

    assertThat(Checks.check(Evidence.of(returned.end())))
        .noneMatch(report -> report.checker().equals(checker));
    assertThat(Checks.check(Evidence.of(returned.again(2, 0, 0, 3).again(2, 0, 0, 1).end())))
        .anyMatch(
            report -> report.checker().equals(checker) && report.verdict() == Verdict.INVALID);
  }

  @Test
  void afterAFaultAReturnMayGoUncounted() {
    assertThat(
            counted(
                story()
                    .published(0, 0)
                    .delivered(1, 0, 0)
                    .fault("kill", "1")
                    .requeued(1, 0, 0)
                    .again(1, 0, 0, 0)))
        .isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void aRepeatWithoutAReasonIsFound() {
    assertThat(explained(story().published(0, 0).delivered(1, 0, 0).again(2, 0, 0, 0)))
        .isEqualTo(Verdict.INVALID);
    assertThat(
            explained(story().published(0, 0).delivered(1, 0, 0).acked(1, 0, 0).again(2, 0, 0, 0)))
        .isEqualTo(Verdict.INVALID);
    assertThat(
            explained(
                story()
                    .fault("kill", "1")
                    .ends("kill", "1")
                    .passes(20_000)
                    .published(0, 0)
                    .delivered(1, 0, 0)
                    .again(2, 0, 0, 0)))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void reasonsForRepeats() {
    Story returned = story().published(0, 0).delivered(1, 0, 0).requeued(1, 0, 0).again(2, 0, 0, 1);
    Story closed = story().published(0, 0).delivered(1, 0, 0).closes(1).again(2, 0, 0, 1);
    Story broken = story().published(0, 0).delivered(1, 0, 0).again(2, 0, 0, 1).breaks(1);
    Story fault = story().published(0, 0).delivered(1, 0, 0).fault("kill", "1").again(2, 0, 0, 0);
    Story leader = story().published(0, 0).delivered(1, 0, 0).leads(2, "0", 7).again(2, 0, 0, 0);

    for (Story story : new Story[] {returned, closed, broken, fault, leader}) {
      assertThat(explained(story)).isEqualTo(Verdict.VALID);
      assertThat(linearizable(story.acked(2, 0, 0))).isEqualTo(Verdict.VALID);
    }
  }

  @Test
  void twoHoldersAtOnceAreFound() {
    assertThat(
            linearizable(
                story()
                    .published(0, 0)
                    .consumes(2)
                    .delivered(1, 0, 0)
                    .again(2, 0, 0, 0)
                    .acked(1, 0, 0)))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void aDeliveryAfterACertainAckHasNoOrder() {
    assertThat(
            linearizable(
                story()
                    .published(0, 0)
                    .delivered(1, 0, 0)
                    .acked(1, 0, 0)
                    .closes(1)
                    .again(2, 0, 0, 1)))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void aDeliveryAfterACertainRejectHasNoOrder() {
    assertThat(
            linearizable(
                story()
                    .published(0, 0)
                    .delivered(1, 0, 0)
                    .requeued(1, 0, 0)
                    .again(2, 0, 0, 1)
                    .discarded(2, 0, 0)
                    .again(3, 0, 0, 2)
                    .acked(3, 0, 0)))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void anUnknownAckMayOrMayNotHaveHappened() {
    assertThat(
            linearizable(
                story()
                    .published(0, 0)
                    .delivered(1, 0, 0)
                    .perhapsAcked(1, 0, 0)
                    .breaks(1)
                    .again(2, 0, 0, 1)
                    .acked(2, 0, 0)))
        .isEqualTo(Verdict.VALID);
  }

  @Test
  void aStaleHolderMayStillAck() {
    assertThat(
            linearizable(
                story()
                    .published(0, 0)
                    .delivered(1, 0, 0)
                    .fault("pause", "2")
                    .again(2, 0, 0, 1)
                    .acked(1, 0, 0)
                    .acked(2, 0, 0)))
        .isEqualTo(Verdict.VALID);
  }

  @Test
  void manyReturnsAreSearchedInTime() {
    Story story = story().published(0, 0).delivered(1, 0, 0);
    for (int i = 1; i < 100; i++) { // seed 6012 had one that came back 35 times
      story.requeued(1, 0, 0).again(1, 0, 0, i);
    }
    assertThat(linearizable(story.acked(1, 0, 0))).isEqualTo(Verdict.VALID);
    assertThat(linearizable(story.again(2, 0, 0, 100))).isEqualTo(Verdict.INVALID);
  }

  @Test
  void moreThanCanBeSearchedIsUnknown() {
    Story story = story().published(0, 0).delivered(1, 0, 0);
    for (int i = 1; i < 400; i++) {
      story.requeued(1, 0, 0).again(1, 0, 0, i);
    }
    assertThat(linearizable(story.acked(1, 0, 0))).isEqualTo(Verdict.UNKNOWN);
  }

  private static Story ackedDuringPartition(String sides) {
    return story()
        .published(0, 0)
        .fault("partition-one", sides)
        .delivered(1, 0, 0)
        .acked(1, 0, 0)
        .ends("partition-one", sides);
  }

  @Test
  void anAckOfOneWhoNoLongerHoldsItTakesNothingAway() {
    // The holder gives it back after another's late ack: it has to be there still.
    Story late =
        story()
            .published(0, 0)
            .delivered(1, 0, 0)
            .closes(1)
            .again(2, 0, 0, 1)
            .acked(1, 0, 0)
            .requeued(2, 0, 0)
            .passes(1000);
    assertThat(linearizable(late.again(3, 0, 0, 2).acked(3, 0, 0))).isEqualTo(Verdict.VALID);
    // Only the one who has lost it acks: it cannot be gone.
    Story taken = story().published(0, 0).delivered(1, 0, 0).closes(1).again(2, 0, 0, 1);
    assertThat(taken.acked(1, 0, 0).drained().judgedBy(new MessagesAreConserved()).verdict())
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void whoLostTouchMaySettleWhatNobodyElseHoldsWhenItIsBack() {
    Story back =
        story()
            .published(0, 0)
            .delivered(1, 0, 0)
            .fault("partition-bridge", "1 <-> 2")
            .again(2, 0, 0, 1)
            .closes(2)
            .ends("partition-bridge", "1 <-> 2")
            .passes(10_000)
            .acked(1, 0, 0)
            .drained();
    assertThat(back.judgedBy(new MessagesAreConserved()).verdict()).isEqualTo(Verdict.VALID);
    // It was acked, and came again: whoever acked it held it by then.
    assertThat(linearizable(back.again(3, 0, 0, 2).passes(1000))).isEqualTo(Verdict.VALID);
  }
}
