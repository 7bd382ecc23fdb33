package io.quorate.chaos.check;

import static io.quorate.chaos.check.Story.story;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Each publisher's order: good histories, and each way to be bad. */
class OrderTest {

  private static Report ordered(Story story) {
    return story.judgedBy(new OrderIsKept());
  }

  /** Two consumers: only what comes on one channel can be compared. */
  private static Story shared() {
    return story().consumes(1).consumes(2);
  }

  @Test
  void fallingCountersAreFound() {
    assertThat(ordered(shared().published(0, 0, 1, 2).delivered(1, 0, 0, 2, 1)).verdict())
        .isEqualTo(Verdict.INVALID);
    assertThat(
            ordered(story().published(0, 0, 1).got(1, 0, 1, false, 0).got(1, 0, 0, false, 0))
                .verdict())
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void publishersAndConsumersMayInterleave() {
    assertThat(
            ordered(
                    shared()
                        .published(0, 0, 1, 2)
                        .published(1, 0)
                        .delivered(1, 0, 1)
                        .delivered(2, 0, 0)
                        .delivered(1, 1, 0)
                        .delivered(1, 0, 2)
                        .again(1, 0, 0, 1))
                .verdict())
        .isEqualTo(Verdict.VALID);
  }

  @Test
  void aSingleConsumerSeesNoGap() {
    Report report = ordered(story().published(0, 0, 1, 2).delivered(1, 0, 0, 2));

    assertThat(report.verdict()).isEqualTo(Verdict.INVALID);
    assertThat(report.findings().get(0).text()).startsWith("gap: p0-1");
  }

  @Test
  void whatWasNotConfirmedLeavesNoGap() {
    assertThat(ordered(story().published(0, 0, 2).attempted(0, 1).delivered(1, 0, 0, 2)).verdict())
        .isEqualTo(Verdict.VALID);
  }

  @Test
  void aSingleConsumerSeesTheOrderThroughTheFlag() {
    Report report =
        ordered(
            story().published(0, 0, 1, 2).delivered(1, 0, 0).again(1, 0, 2, 0).again(1, 0, 1, 0));

    assertThat(report.verdict()).isEqualTo(Verdict.INVALID);
    assertThat(report.findings().get(0).text()).startsWith("reordering: p0-1");
  }

  @Test
  void consumersOneAfterAnotherSeeTheOrder() {
    assertThat(
            ordered(
                    story()
                        .published(0, 0, 1, 2)
                        .delivered(1, 0, 0, 1)
                        .closes(1)
                        .again(2, 0, 1, 1)
                        .delivered(2, 0, 2))
                .verdict())
        .isEqualTo(Verdict.VALID);
    assertThat(
            ordered(
                    story()
                        .published(0, 0, 1, 2)
                        .delivered(1, 0, 0, 2)
                        .closes(1)
                        .delivered(2, 0, 1))
                .verdict())
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void whatWasReturnedUnseenMayComeLater() {
    assertThat(
            ordered(
                    story()
                        .published(0, 0, 1, 2)
                        .delivered(1, 0, 0)
                        .closes(1)
                        .delivered(2, 0, 2)
                        .again(2, 0, 1, 1))
                .verdict())
        .isEqualTo(Verdict.VALID);
  }

  /** Chaos seed 4016: its node and the leader were killed, so that nobody counted its return. */
  @Test
  void whatWasUnderWayToAChannelThatBrokeMayComeLater() {
    Story broken = story().consumes(1).published(0, 0, 1).breaks(1).published(0, 2).consumes(2);
    assertThat(ordered(broken.delivered(2, 0, 2).again(2, 0, 0, 0).again(2, 0, 1, 0)).verdict())
        .isEqualTo(Verdict.VALID);
    Story unflagged = story().consumes(1).published(0, 0).breaks(1).published(0, 1).consumes(2);
    assertThat(ordered(unflagged.delivered(2, 0, 1).delivered(2, 0, 0)).verdict())
        .isEqualTo(Verdict.INVALID);
    Story before = story().consumes(1).breaks(1).published(0, 0, 1).consumes(2);
    assertThat(ordered(before.delivered(2, 0, 1).again(2, 0, 0, 0)).verdict())
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void theWorkloadOfOrderNeedsASingleConsumer() {
    Story several =
        shared()
            .phase("workload", "order")
            .published(0, 0, 1)
            .delivered(1, 0, 0)
            .delivered(1, 0, 1);
    assertThat(ordered(several).findings().stream().map(Finding::text))
        .containsExactly("no queue had a single consumer at a time");
    assertThat(
            ordered(story().phase("workload", "order").published(0, 0, 1).delivered(1, 0, 0, 1))
                .verdict())
        .isEqualTo(Verdict.VALID);
  }

  @Test
  void oneMessageShowsNothing() {
    assertThat(ordered(shared().published(0, 0).delivered(1, 0, 0)).verdict())
        .isEqualTo(Verdict.UNKNOWN);
  }
}
