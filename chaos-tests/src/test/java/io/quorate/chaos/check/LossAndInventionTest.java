package io.quorate.chaos.check;

import static io.quorate.chaos.check.Story.story;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.history.EventType;
import io.quorate.chaos.history.Kind;
import org.junit.jupiter.api.Test;

/** What is lost, invented, or vanishes: good histories, and each way to be bad. */
class LossAndInventionTest {

  private static Verdict lost(Story story) {
    return story.judgedBy(new NothingConfirmedIsLost()).verdict();
  }

  private static Verdict invented(Story story) {
    return story.judgedBy(new NothingIsInvented()).verdict();
  }

  private static Verdict vanished(Story story) {
    return story.judgedBy(new MessagesAreConserved()).verdict();
  }

  private static Verdict drains(Story story) {
    return story.judgedBy(new QueuesDrain()).verdict();
  }

  @Test
  void aMessageThatStaysWithNobodyIsFound() {
    assertThat(drains(story().phase("drain", "").passes(20_000))).isEqualTo(Verdict.VALID);
    String left = "q at node 1: 0 ready, 3 unacked";
    assertThat(drains(story().phase("drain", "").passes(20_000).phase("stuck", left)))
        .isEqualTo(Verdict.INVALID);
    Story elected = story().phase("drain", "").passes(10_000).leads(2, "0", 3).passes(5000);
    assertThat(drains(elected.phase("stuck", left))).isEqualTo(Verdict.VALID);
    assertThat(drains(elected.passes(15_000).phase("stuck", left)))
        .as("still there when the consumers have closed and opened again")
        .isEqualTo(Verdict.INVALID);
    Story before = story().leads(2, "0", 3).phase("drain", "").passes(15_000);
    assertThat(drains(before.phase("stuck", left))).isEqualTo(Verdict.INVALID);
  }

  @Test
  void whatIsNotConfirmedMayBeMissingOrArrive() {
    assertThat(lost(story().published(0, 1).attempted(0, 0, 2).delivered(1, 0, 1).drained()))
        .isEqualTo(Verdict.VALID);
    assertThat(lost(story().published(0, 1).attempted(0, 2).delivered(1, 0, 1, 2).drained()))
        .isEqualTo(Verdict.VALID);
  }

  @Test
  void whereOnlyBindingsDecideTheCheckerOfRoutesSaysWhatIsLost() {
    NothingConfirmedIsLost checker = new NothingConfirmedIsLost();
    assertThat(checker.applies(story().routed(0, 0, "k").end())).isFalse();
    assertThat(checker.applies(story().routed(0, 0, "k").attempted(0, 1).end())).isTrue();
  }

  @Test
  void aLostMessageIsFoundWithItsPlace() {
    Report report =
        story()
            .published(0, 0, 1, 2, 3, 4)
            .delivered(1, 0, 1, 3)
            .drained()
            .judgedBy(new NothingConfirmedIsLost());

    assertThat(report.verdict()).isEqualTo(Verdict.INVALID);
    assertThat(report.findings().stream().map(Finding::text))
        .containsExactly(
            "publisher 0: lost 0 to 0 (1 messages) of q, which is the beginning of its 5 confirmed messages there",
            "publisher 0: lost 2 to 2 (1 messages) of q, which is the middle of its 5 confirmed messages there",
            "publisher 0: lost 4 to 4 (1 messages) of q, which is the end of its 5 confirmed messages there");
    assertThat(report.findings().get(1).message()).hasToString("p0-2");
    assertThat(report.figures()).containsEntry("lost", "3").containsEntry("lost: the end", "1");
  }

  @Test
  void aRunOfLossesIsOneFindingAcrossWhatWasSentElsewhere() {
    Report report =
        story()
            .published(0, 0, 1)
            .in("other")
            .published(0, 2)
            .delivered(1, 0, 2)
            .drained()
            .in("q")
            .published(0, 3)
            .drained()
            .judgedBy(new NothingConfirmedIsLost());

    assertThat(report.findings())
        .singleElement()
        .extracting(Finding::text)
        .asString()
        .contains("lost 0 to 3 (3 messages) of q, which is all");
  }

  @Test
  void aMessageThatCameToAnotherQueueIsLost() {
    assertThat(
            lost(
                story()
                    .published(0, 0, 1)
                    .delivered(1, 0, 1)
                    .drained()
                    .in("other")
                    .delivered(2, 0, 0)
                    .drained()))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void withoutAProvenDrainLossIsUnknown() {
    assertThat(lost(story().published(0, 0).delivered(1, 0, 0))).isEqualTo(Verdict.UNKNOWN);
    assertThat(lost(story().published(0, 0).has(1, 1, 0, "replicas agree")))
        .isEqualTo(Verdict.UNKNOWN);
    assertThat(lost(story().published(0, 0).has(1, 0, 1, "replicas agree")))
        .isEqualTo(Verdict.UNKNOWN);
    assertThat(lost(story().published(0, 0).drained().has(2, 3, 0, "replicas agree")))
        .isEqualTo(Verdict.UNKNOWN);
    assertThat(lost(story().published(0, 0).has(1, 0, 0, "replicas differ")))
        .isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void lossInADrainedQueueIsFoundBesideOneThatIsNot() {
    assertThat(lost(story().published(0, 0).drained().in("other").published(1, 0)))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void withoutAnyConfirmLossIsUnknown() {
    assertThat(lost(story().attempted(0, 0).delivered(1, 0, 0).drained()))
        .isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void whatWasPurgedAfterwardsIsNotLost() {
    assertThat(
            lost(
                story()
                    .published(0, 0)
                    .changes(Kind.PURGE, null, EventType.INFO)
                    .published(0, 1)
                    .delivered(1, 0, 1)
                    .drained()))
        .isEqualTo(Verdict.VALID);
    assertThat(
            lost(
                story()
                    .changes(Kind.PURGE, null, EventType.OK)
                    .published(0, 0, 1)
                    .delivered(1, 0, 1)
                    .drained()))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void whatWasNeverPublishedIsFound() {
    assertThat(invented(story().published(0, 0).delivered(1, 0, 0, 1))).isEqualTo(Verdict.INVALID);
    assertThat(invented(story().published(0, 0).delivered(1, 1, 0))).isEqualTo(Verdict.INVALID);
    assertThat(invented(story().published(0, 0).delivered(1, -1, 17))).isEqualTo(Verdict.INVALID);
    assertThat(invented(story().published(0, 0).got(1, 0, 9, false, 0))).isEqualTo(Verdict.INVALID);
  }

  @Test
  void aChangedBodyIsFound() {
    assertThat(invented(story().published(0, 0).damaged(1, 0, 0))).isEqualTo(Verdict.INVALID);
  }

  @Test
  void aMessageInAnotherQueueIsFound() {
    assertThat(invented(story().published(0, 0).in("other").delivered(1, 0, 0)))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void aDeliveryBeforeItsPublishIsFound() {
    assertThat(invented(story().delivered(1, 0, 0).published(0, 0))).isEqualTo(Verdict.INVALID);
  }

  @Test
  void whatWasPublishedMayCome() {
    assertThat(
            invented(
                story()
                    .published(0, 0)
                    .attempted(0, 1)
                    .delivered(1, 0, 0, 1)
                    .routed(0, 2, "k")
                    .delivered(1, 0, 2)))
        .isEqualTo(Verdict.VALID);
    assertThat(invented(story().published(0, 0).consumes(1).changes(Kind.GET, null, EventType.OK)))
        .isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void aMessageThatIsOnlyDeliveredAndThenGoneHasVanished() {
    assertThat(vanished(story().published(0, 0, 1).delivered(1, 0, 0, 1).acked(1, 0, 0).drained()))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void aMessageThatIsReturnedAndThenGoneHasVanished() {
    assertThat(
            vanished(
                story()
                    .published(0, 0, 1)
                    .delivered(1, 0, 0, 1)
                    .acked(1, 0, 0)
                    .requeued(1, 0, 1)
                    .drained()))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void whatIsSettledMayBeGone() {
    assertThat(
            vanished(
                story()
                    .published(0, 0, 1, 2, 3)
                    .delivered(1, 0, 0, 1, 2, 3)
                    .acked(1, 0, 0)
                    .discarded(1, 0, 1)
                    .perhapsAcked(1, 0, 2)
                    .requeued(1, 0, 3)
                    .again(1, 0, 3, 1)
                    .acked(1, 0, 3)
                    .drained()))
        .isEqualTo(Verdict.VALID);
    assertThat(vanished(story().published(0, 0).delivered(1, 0, 0).acked(1, 0, 0)))
        .isEqualTo(Verdict.UNKNOWN);
  }
}
