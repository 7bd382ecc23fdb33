package io.quorate.chaos.check;

import static io.quorate.chaos.check.Story.story;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.history.EventType;
import org.junit.jupiter.api.Test;

/** Messages that need no ack: once at most, and lost only where they may have been on their way. */
class AtMostOnceTest {

  private static Verdict once(Story story) {
    return story.judgedBy(new TakenAtMostOnce()).verdict();
  }

  private static Verdict lost(Story story) {
    return story.judgedBy(new NothingConfirmedIsLost()).verdict();
  }

  private static Verdict life(Story story) {
    return story.judgedBy(new LifecycleIsLinearizable()).verdict();
  }

  private static Verdict vanished(Story story) {
    return story.judgedBy(new MessagesAreConserved()).verdict();
  }

  @Test
  void whatComesOnceIsWell() {
    Story good = story().published(0, 0, 1).taken(1, 0, 0).fetches(2, 0, 1, EventType.OK);
    assertThat(once(good)).isEqualTo(Verdict.VALID);
    assertThat(lost(good.drained())).isEqualTo(Verdict.VALID);
    assertThat(once(story().published(0, 0).takes(1).delivered(2, 0, 0)))
        .isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void whatComesTwiceWithoutAcksIsFoundWhateverFails() {
    assertThat(once(story().published(0, 0).taken(1, 0, 0).taken(2, 0, 0)))
        .isEqualTo(Verdict.INVALID);
    Story killed = story().published(0, 0).taken(1, 0, 0).fault("kill", "2").breaks(1);
    assertThat(once(killed.ends("kill", "2").taken(2, 0, 0))).isEqualTo(Verdict.INVALID);
    assertThat(
            once(
                story()
                    .published(0, 0)
                    .fetches(1, 0, 0, EventType.OK)
                    .fault("power", "1 2 3")
                    .ends("power", "1 2 3")
                    .fetches(2, 0, 0, EventType.OK)))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void whatWasTakenComesToNoOneWhoAcksEither() {
    Story after = story().published(0, 0).taken(1, 0, 0).breaks(1).consumes(2).again(2, 0, 0, 1);
    assertThat(once(after)).isEqualTo(Verdict.INVALID);
    assertThat(life(after.acked(2, 0, 0))).isEqualTo(Verdict.INVALID);
    Story before = story().published(0, 0, 1).delivered(2, 0, 0).requeued(2, 0, 0).taken(1, 0, 0);
    assertThat(once(before)).isEqualTo(Verdict.VALID);
    assertThat(life(before.delivered(2, 0, 1).acked(2, 0, 1))).isEqualTo(Verdict.VALID);
  }

  @Test
  void whatWasSentBeforeAndSeenLateIsNoRepeat() {
    Story late =
        story().published(0, 0).consumes(2).takes(1).taken(1, 0, 0).delivered(2, 0, 0).breaks(2);
    assertThat(once(late)).isEqualTo(Verdict.VALID);
    assertThat(life(late.perhapsAcked(2, 0, 0))).isEqualTo(Verdict.VALID);
  }

  @Test
  void whatIsTakenHasNotVanished() {
    Story good = story().published(0, 0, 1).taken(1, 0, 0).delivered(2, 0, 1).acked(2, 0, 1);
    assertThat(vanished(good.drained())).isEqualTo(Verdict.VALID);
  }

  @Test
  void whatCameBackMayHaveBeenTakenByOneWhoIsGone() {
    Story held = story().published(0, 0, 1).delivered(2, 0, 0, 1).acked(2, 0, 1).closes(2);
    assertThat(vanished(held.takes(1).closes(1).drained())).isEqualTo(Verdict.VALID);
    Story there = story().published(0, 0, 1).delivered(2, 0, 0, 1).acked(2, 0, 1).closes(2);
    assertThat(vanished(there.takes(1).cancels(1).closes(1).drained())).isEqualTo(Verdict.INVALID);
  }

  @Test
  void inQuietTimesNoneIsLost() {
    assertThat(lost(story().takes(1).published(0, 0, 1, 2).taken(1, 0, 0, 2).drained()))
        .isEqualTo(Verdict.INVALID);
    assertThat(lost(story().takes(1).published(0, 0, 1).taken(1, 0, 0).drained()))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void afterACancelThatWasAnsweredNoneIsLost() {
    Story cancelled = story().takes(1).published(0, 0, 1).taken(1, 0, 0).cancels(1).closes(1);
    assertThat(lost(cancelled.drained())).isEqualTo(Verdict.INVALID);
  }

  @Test
  void whatMayHaveBeenUnderWayToSomebodyWhoIsGoneMayBeLost() {
    assertThat(lost(story().takes(1).published(0, 0, 1).taken(1, 0, 0).closes(1).drained()))
        .isEqualTo(Verdict.VALID);
    assertThat(lost(story().takes(1).published(0, 0, 1).taken(1, 0, 0).breaks(1).drained()))
        .isEqualTo(Verdict.VALID);
    assertThat(
            lost(
                story()
                    .published(0, 0, 1)
                    .fetches(1, 0, 0, EventType.INFO)
                    .fetches(2, 0, 1, EventType.OK)
                    .drained()))
        .isEqualTo(Verdict.VALID);
  }

  @Test
  void whoWasGoneLongBeforeItWasPublishedTookItNot() {
    Story early = story().taken(1, 0).takes(1).breaks(1).passes(10_000);
    assertThat(lost(early.takes(2).published(0, 0, 1).taken(2, 0, 0).drained()))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void whatALaterOneOvertookLongBeforeWasNotUnderWay() {
    Story overtaken =
        story().takes(1).published(0, 0, 1, 2).taken(1, 0, 0, 2).passes(20_000).published(0, 3);
    assertThat(lost(overtaken.taken(1, 0, 3).breaks(1).drained())).isEqualTo(Verdict.INVALID);
    Story returning = story().consumes(3).takes(1).published(0, 0, 1, 2).taken(1, 0, 0, 2);
    assertThat(lost(returning.passes(20_000).published(0, 3).taken(1, 0, 3).breaks(1).drained()))
        .as("it may have been with the other, and have come back")
        .isEqualTo(Verdict.VALID);
  }

  @Test
  void aChangeOfLeadersMayLoseWhatWasToBeSent() {
    Story elected = story().takes(1).published(0, 0, 1, 2).taken(1, 0, 0).leads(2, "0", 2);
    assertThat(lost(elected.taken(1, 0, 2).drained())).isEqualTo(Verdict.VALID);
  }

  @Test
  void orderHasNoGapWhereSomebodyWithoutAcksBroke() {
    Story gap = story().takes(1).published(0, 0, 1, 2).taken(1, 0, 0).breaks(1).taken(2, 0, 2);
    assertThat(gap.judgedBy(new OrderIsKept()).verdict()).isEqualTo(Verdict.VALID);
    Story quiet = story().takes(1).published(0, 0, 1, 2).taken(1, 0, 0, 2);
    assertThat(quiet.judgedBy(new OrderIsKept()).verdict()).isEqualTo(Verdict.INVALID);
  }
}
