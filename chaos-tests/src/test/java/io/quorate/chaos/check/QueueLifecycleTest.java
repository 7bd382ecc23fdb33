package io.quorate.chaos.check;

import static io.quorate.chaos.check.Story.story;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.EventType;
import io.quorate.chaos.history.Kind;
import org.junit.jupiter.api.Test;

/** Purges, deletions in use, mandatory publishes, exclusive consumers: good histories, and bad. */
class QueueLifecycleTest {

  private static Verdict lost(Story story) {
    return story.judgedBy(new NothingConfirmedIsLost()).verdict();
  }

  private static Verdict purged(Story story) {
    return story.judgedBy(new PurgedStaysGone()).verdict();
  }

  private static Verdict deleted(Story story) {
    return story.judgedBy(new DeletedStaysGone()).verdict();
  }

  private static Verdict returned(Story story) {
    return story.judgedBy(new UnroutableComesBack()).verdict();
  }

  private static Verdict alone(Story story) {
    return story.judgedBy(new ExclusiveConsumersAreAlone()).verdict();
  }

  private static Story declared() {
    return story().changes(Kind.DECLARE_QUEUE, null, EventType.OK);
  }

  private static Story removed() {
    return declared().changes(Kind.DELETE_QUEUE, null, EventType.OK);
  }

  // purges

  @Test
  void whatWasReadyWhenItWasPurgedComesNoMore() {
    assertThat(purged(story().published(0, 0).purged(1).got(1, 0, 0, false, 0)))
        .isEqualTo(Verdict.INVALID);
    assertThat(purged(story().published(0, 0).purged(1).delivered(1, 0, 0)))
        .as("to a consumer opened later")
        .isEqualTo(Verdict.INVALID);
    assertThat(
            purged(
                story()
                    .consumes(1)
                    .published(0, 0)
                    .purged(1)
                    .published(0, 1)
                    .delivered(1, 0, 1, 0)))
        .as("behind one that was published later")
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void whatWasReturnedBeforeThePurgeIsPurged() {
    Story back = story().published(0, 0).delivered(1, 0, 0).requeued(1, 0, 0).purged(1);
    assertThat(purged(back.got(2, 0, 0, true, 1))).isEqualTo(Verdict.INVALID);
  }

  @Test
  void whatMayHaveBeenSentOrPublishedAboutThePurgeMayCome() {
    assertThat(purged(story().consumes(1).published(0, 0).purged(1).delivered(1, 0, 0)))
        .isEqualTo(Verdict.VALID);
    assertThat(purged(story().purged(1).published(0, 0).got(1, 0, 0, false, 0)))
        .isEqualTo(Verdict.VALID);
    assertThat(purged(story().attempted(0, 0).purged(1).got(1, 0, 0, false, 0)))
        .isEqualTo(Verdict.VALID);
    Story unanswered = story().published(0, 0).changes(Kind.PURGE, null, EventType.INFO);
    assertThat(purged(unanswered.got(1, 0, 0, false, 0).published(0, 1).purged(1)))
        .isEqualTo(Verdict.VALID);
  }

  @Test
  void whatWasOutWhenItWasPurgedMayComeBack() {
    Story out = story().published(0, 0, 1).delivered(1, 0, 0).purged(1).requeued(1, 0, 0);
    assertThat(purged(out.got(2, 0, 0, true, 1))).isEqualTo(Verdict.VALID);
    Story unseen = story().consumes(1).published(0, 0, 1).purged(1).breaks(1);
    assertThat(purged(unseen.got(2, 0, 0, true, 1))).isEqualTo(Verdict.VALID);
    assertThat(purged(story().consumes(1).published(0, 0).purged(1).got(2, 0, 0, true, 1)))
        .as("nobody is gone who can have had it")
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void withoutAPurgeThatRemovedAnythingNothingIsSaid() {
    assertThat(purged(story().purged(0).published(0, 0).delivered(1, 0, 0)))
        .isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void noMoreIsMissingThanPurgesSayTheyRemoved() {
    assertThat(lost(story().published(0, 0, 1, 2).purged(3).drained())).isEqualTo(Verdict.VALID);
    assertThat(lost(story().published(0, 0, 1, 2).purged(2).drained())).isEqualTo(Verdict.INVALID);
    assertThat(lost(story().published(0, 0).purged(2).published(0, 1).purged(0).drained()))
        .as("the earlier purge cannot have taken the later message")
        .isEqualTo(Verdict.INVALID);
    assertThat(lost(story().published(0, 0).purged(0).published(0, 1).purged(2).drained()))
        .isEqualTo(Verdict.VALID);
    Story unknown = story().published(0, 0, 1).changes(Kind.PURGE, null, EventType.INFO);
    assertThat(lost(unknown.purged(0).drained())).isEqualTo(Verdict.VALID);
  }

  /** Its first leader may have done it, and another one answered for what came since. */
  @Test
  void aPurgeOverWhichALeaderChangedMayHaveRemovedMoreThanItSays() {
    Story asked = story().leads(1, "0", 1).passes(20_000).published(0, 0, 1, 2);
    Story twice = asked.purging(story -> story.leads(2, "0", 2).passes(100), 1).passes(20_000);
    assertThat(lost(twice.drained())).isEqualTo(Verdict.VALID);
    assertThat(lost(twice.published(0, 3, 4, 5).purged(1).drained())).isEqualTo(Verdict.INVALID);
  }

  @Test
  void whatIsPublishedAfterThePurgeIsNotItsBusiness() {
    assertThat(lost(story().published(0, 0).purged(5).published(0, 1).drained()))
        .isEqualTo(Verdict.INVALID);
  }

  // deletions

  @Test
  void whatWasDeletedDoesNotComeFromAnotherQueueOfTheName() {
    Story ghost =
        declared()
            .published(0, 0)
            .changes(Kind.DELETE_QUEUE, null, EventType.OK)
            .changes(Kind.DECLARE_QUEUE, null, EventType.OK);
    assertThat(deleted(ghost.delivered(1, 0, 0))).isEqualTo(Verdict.INVALID);
    Story held =
        declared()
            .published(0, 0)
            .delivered(1, 0, 0)
            .changes(Kind.DELETE_QUEUE, null, EventType.OK)
            .cancelled(1)
            .changes(Kind.DECLARE_QUEUE, null, EventType.OK);
    assertThat(deleted(held.delivered(2, 0, 0)))
        .as("not what somebody had, either")
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void whatWasPublishedOrSentAboutTheDeletionMayCome() {
    Story sent =
        declared()
            .consumes(1)
            .published(0, 0)
            .changes(Kind.DELETE_QUEUE, null, EventType.OK)
            .delivered(1, 0, 0)
            .cancelled(1);
    assertThat(deleted(sent)).isEqualTo(Verdict.VALID);
    Story after =
        declared()
            .consumes(1)
            .attempted(0, 0)
            .changes(Kind.DELETE_QUEUE, null, EventType.OK)
            .cancelled(1)
            .published(0, 1)
            .changes(Kind.DECLARE_QUEUE, null, EventType.OK);
    assertThat(deleted(after.delivered(2, 0, 0, 1))).isEqualTo(Verdict.VALID);
    Story unanswered = declared().consumes(1).published(0, 0);
    assertThat(
            deleted(
                unanswered
                    .changes(Kind.DELETE_QUEUE, null, EventType.INFO)
                    .delivered(2, 0, 0)
                    .changes(Kind.DELETE_QUEUE, null, EventType.OK)
                    .cancelled(1)
                    .cancelled(2)))
        .isEqualTo(Verdict.VALID);
  }

  @Test
  void aConsumerThatIsNotToldIsFound() {
    Story untold = declared().consumes(1).changes(Kind.DELETE_QUEUE, null, EventType.OK);
    assertThat(deleted(untold)).isEqualTo(Verdict.INVALID);
    assertThat(deleted(untold.passes(20_000).cancelled(1))).isEqualTo(Verdict.INVALID);
    Story elected = declared().consumes(1).changes(Kind.DELETE_QUEUE, null, EventType.OK);
    assertThat(deleted(elected.leads(1, "0", 2).passes(20_000))).isEqualTo(Verdict.UNKNOWN);
    Story broke = declared().consumes(1).changes(Kind.DELETE_QUEUE, null, EventType.OK);
    assertThat(deleted(broke.breaks(1).passes(20_000))).isEqualTo(Verdict.VALID);
  }

  @Test
  void aConsumerOpenedLaterOrGoneBeforeIsNotTold() {
    Story others = declared().consumes(1).closes(1).consumes(2);
    assertThat(
            deleted(
                others
                    .changes(Kind.DELETE_QUEUE, null, EventType.OK)
                    .cancelled(2)
                    .changes(Kind.DECLARE_QUEUE, null, EventType.OK)
                    .consumes(3)
                    .passes(20_000)))
        .isEqualTo(Verdict.VALID);
  }

  @Test
  void lossIsJudgedByWhetherThereWasAQueue() {
    Story gone = removed().published(0, 0).changes(Kind.DECLARE_QUEUE, null, EventType.OK);
    assertThat(lost(gone.drained())).isEqualTo(Verdict.VALID);
    Story there = removed().changes(Kind.DECLARE_QUEUE, null, EventType.OK).published(0, 0);
    assertThat(lost(there.drained())).isEqualTo(Verdict.INVALID);
    assertThat(lost(declared().published(0, 0).changes(Kind.DELETE_QUEUE, null, EventType.OK)))
        .isEqualTo(Verdict.UNKNOWN);
    assertThat(
            lost(
                declared()
                    .published(0, 0)
                    .changes(Kind.DELETE_QUEUE, null, EventType.OK)
                    .drained()))
        .isEqualTo(Verdict.VALID);
    Story refused = declared().changes(Kind.DELETE_QUEUE, null, EventType.OK);
    assertThat(lost(refused.mandatory(0, 0).drained()))
        .as("confirmed, did not come back, so it was in a queue")
        .isEqualTo(Verdict.INVALID);
    assertThat(lost(removed().mandatoryReturned(0, 0).drained())).isEqualTo(Verdict.VALID);
  }

  // mandatory publishes

  @Test
  void unroutableMessagesComeBackAndOthersDoNot() {
    Story good = declared().mandatory(0, 0).changes(Kind.DELETE_QUEUE, null, EventType.OK);
    assertThat(returned(good.mandatoryReturned(0, 1).published(0, 2))).isEqualTo(Verdict.VALID);
    assertThat(returned(declared().mandatory(0, 0))).isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void oneThatDoesNotComeBackIsFound() {
    Story bad = declared().mandatory(0, 0).changes(Kind.DELETE_QUEUE, null, EventType.OK);
    assertThat(returned(bad.mandatory(0, 1))).isEqualTo(Verdict.INVALID);
  }

  @Test
  void oneThatComesBackAfterItsConfirmIsFound() {
    Story bad = removed().mandatory(0, 0).returned(0, 0);
    assertThat(returned(bad)).isEqualTo(Verdict.INVALID);
  }

  @Test
  void oneThatComesBackThoughThereIsAQueueIsFound() {
    assertThat(returned(declared().mandatoryReturned(0, 0))).isEqualTo(Verdict.INVALID);
    assertThat(returned(declared().passes(10_000).fault("kill", "1").mandatoryReturned(0, 0)))
        .as("what all have known nobody forgets")
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void returnsOfWhatNobodyWantedBackAreFound() {
    assertThat(returned(removed().published(0, 0).returned(0, 0))).isEqualTo(Verdict.INVALID);
    assertThat(returned(removed().mandatory(0, 0).returned(5, 0))).isEqualTo(Verdict.INVALID);
    assertThat(returned(removed().mandatoryReturned(0, 0).returned(0, 0)))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void oneThatComesBackAndToAConsumerIsFound() {
    Story both = removed().mandatoryReturned(0, 0);
    assertThat(returned(both.changes(Kind.DECLARE_QUEUE, null, EventType.OK).delivered(1, 0, 0)))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void whereDefinitionsAreNotCertainEitherIsWell() {
    Story unknown = declared().changes(Kind.DELETE_QUEUE, null, EventType.INFO);
    assertThat(returned(unknown.mandatory(0, 0).mandatoryReturned(0, 1)))
        .isEqualTo(Verdict.UNKNOWN);
    Story disturbed = declared().mandatory(0, 0).fault("partition", "1 | 2 3");
    assertThat(
            returned(
                disturbed
                    .changes(Kind.DELETE_QUEUE, null, EventType.OK)
                    .mandatory(0, 1)
                    .mandatoryReturned(0, 2)))
        .isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void whatComesBackNeedsNoMajority() {
    Story cut = declared().fault("partition", "1 | 2 3").passes(5000);
    cut.mandatoryReturned(0, 0).passes(5000).ends("partition", "1 | 2 3");
    assertThat(cut.judgedBy(new ClusterIsAvailable()).verdict()).isNotEqualTo(Verdict.INVALID);
  }

  // exclusive consumers

  private static Story asks(Story story, int channel, EventType outcome) {
    return story.consumes(channel, Event.EXCLUSIVE, outcome);
  }

  @Test
  void othersAreRefusedWhileOneIsAloneAndNotAfterwards() {
    Story good = asks(story(), 1, EventType.OK);
    asks(good, 2, EventType.FAIL).consumes(3, null, EventType.FAIL).published(0, 0);
    asks(good.delivered(1, 0, 0).cancels(1).closes(1), 4, EventType.OK);
    assertThat(alone(good)).isEqualTo(Verdict.VALID);
    assertThat(alone(asks(story(), 1, EventType.OK))).isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void aSecondOneThatIsAcceptedIsFound() {
    assertThat(alone(asks(asks(story(), 1, EventType.OK), 2, EventType.OK)))
        .isEqualTo(Verdict.INVALID);
    assertThat(alone(asks(story(), 1, EventType.OK).consumes(2))).isEqualTo(Verdict.INVALID);
    assertThat(alone(asks(story().consumes(1), 2, EventType.OK)))
        .as("there was one that shares")
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void whatComesToAnotherIsFound() {
    Story bad = story().consumes(2).cancels(2);
    asks(bad, 1, EventType.OK);
    asks(bad.published(0, 0, 1).delivered(1, 0, 0), 3, EventType.FAIL);
    assertThat(alone(bad.delivered(2, 0, 0, 1).published(0, 2))).isEqualTo(Verdict.INVALID);
  }

  @Test
  void whoeverIsRefusedForNobodyIsFound() {
    Story bad = asks(story(), 1, EventType.OK);
    asks(bad, 2, EventType.FAIL).closes(1);
    assertThat(alone(asks(bad.passes(40_000), 3, EventType.FAIL))).isEqualTo(Verdict.INVALID);
    Story soon = asks(story(), 1, EventType.OK);
    asks(soon, 2, EventType.FAIL).published(0, 0).delivered(1, 0, 0).closes(1);
    assertThat(alone(asks(soon.passes(10_000), 3, EventType.FAIL))).isEqualTo(Verdict.VALID);
  }

  @Test
  void afterAFaultNobodyIsCertainToBeThere() {
    Story lost = asks(story(), 1, EventType.OK).fault("kill", "2");
    assertThat(alone(asks(lost, 2, EventType.OK))).isEqualTo(Verdict.UNKNOWN);
    Story forgotten = asks(story(), 1, EventType.OK).fault("kill", "2").breaks(1);
    assertThat(alone(asks(forgotten.passes(40_000), 2, EventType.FAIL))).isEqualTo(Verdict.UNKNOWN);
  }
}
