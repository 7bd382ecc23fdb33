package io.quorate.chaos.check;

import static io.quorate.chaos.check.Story.story;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** For how long a cluster may confirm nothing, and when nobody has to answer for it. */
class SilenceTest {

  private static Report available(Story story) {
    return story.judgedBy(new ClusterIsAvailable());
  }

  private static Verdict verdict(Story story) {
    return available(story).verdict();
  }

  /** Clients at all nodes. */
  private static Story begun() {
    return story().publishedAt(1, 0, 0, 5).publishedAt(2, 1, 0, 5).publishedAt(3, 2, 0, 5);
  }

  @Test
  void faultsOneAfterAnotherDoNotExcuseASilence() {
    Story oneAfterAnother =
        begun()
            .fault("kill", "node 1")
            .passes(1000)
            .ends("kill", "node 1")
            .passes(6000)
            .fault("kill", "node 2")
            .passes(6000)
            .publishedAt(3, 2, 1, 5)
            .ends("kill", "node 2");
    assertThat(verdict(oneAfterAnother)).isEqualTo(Verdict.INVALID);
  }

  @Test
  void aSilenceIsJudgedFromWhenThereIsAMajorityAgain() {
    Story back =
        begun()
            .passes(8000)
            .fault("kill", "1 2")
            .passes(8000)
            .ends("kill", "1 2")
            .passes(5000 + 29_000)
            .publishedAt(3, 2, 1, 5);
    Report report = available(back);
    assertThat(report.verdict()).isEqualTo(Verdict.VALID);
    assertThat(report.figures())
        .containsEntry("longest time without a confirm", "8001 ms")
        .containsEntry("the same after there was no majority", "29006 ms")
        .containsEntry("judged, with a healthy majority", "37.019 s of 50.020 s");
    assertThat(
            verdict(
                back.fault("kill", "1 2")
                    .ends("kill", "1 2")
                    .passes(40_000)
                    .publishedAt(3, 2, 2, 5)))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void aSilenceBeforeTheMajorityIsHarmedIsFound() {
    assertThat(verdict(begun().passes(12_000).fault("kill", "1 2").passes(10)))
        .isEqualTo(Verdict.VALID);
    assertThat(
            verdict(
                begun()
                    .passes(12_000)
                    .fault("kill", "1 2")
                    .passes(10)
                    .ends("kill", "1 2")
                    .publishedAt(3, 2, 1, 5)))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void aSilenceUntilTheDrainIsFound() {
    assertThat(verdict(begun().passes(12_000).phase("drain", ""))).isEqualTo(Verdict.INVALID);
    assertThat(verdict(begun().passes(8000).phase("drain", ""))).isEqualTo(Verdict.VALID);
  }

  @Test
  void onlyTheVictimsOfAFaultAreExcused() {
    assertThat(
            verdict(
                begun()
                    .faultHarming("partition-deaf-leader", "2 3 -> 1", 1)
                    .passes(12_000)
                    .publishedAt(3, 2, 1, 5)))
        .isEqualTo(Verdict.INVALID);
    assertThat(
            verdict(
                begun()
                    .fault("partition-deaf-leader", "2 3 -> 1")
                    .passes(12_000)
                    .publishedAt(3, 2, 1, 5)))
        .isEqualTo(Verdict.VALID);
    assertThat(
            verdict(
                begun()
                    .faultHarming("clock-strobe", "nodes 1 2 3")
                    .passes(12_000)
                    .publishedAt(3, 2, 1, 5)))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void aConfirmOfAVictimDoesNotEndASilence() {
    assertThat(
            verdict(
                begun()
                    .fault("bandwidth", "node 1")
                    .passes(6000)
                    .publishedAt(1, 0, 1, 5)
                    .passes(6000)
                    .publishedAt(3, 2, 1, 5)))
        .isEqualTo(Verdict.INVALID);
  }

  /** One shard without a leader is not hidden by the others. */
  @Test
  void aSilenceOfOneQueueIsFound() {
    Story story = begun();
    for (int second = 0; second < 40; second++) {
      story.in("r").publishedAt(1, 0, 10 + second, 5);
      if (second < 20 || second > 31) {
        story.in("q").publishedAt(2, 1, 10 + second, 5);
      } else {
        story.in("q").attemptedAt(2, 1, 10 + second, 5);
      }
      story.passes(1000);
    }
    Report report = available(story);
    assertThat(report.verdict()).isEqualTo(Verdict.INVALID);
    assertThat(report.findings()).singleElement().extracting("text").asString().contains(" to q ");
  }

  /** Its only publisher may be stuck at a node that is cut off. */
  @Test
  void aQueueToWhichNobodyPublishesAtAHealthyNodeIsNotSilent() {
    Story story = begun().fault("partition-one", "2 | 1 3");
    for (int second = 0; second < 20; second++) {
      story.in("r").publishedAt(1, 0, 10 + second, 5);
      story.in("q").attemptedAt(2, 1, 10 + second, 5);
      story.passes(1000);
    }
    story.ends("partition-one", "2 | 1 3").passes(6000).in("q").publishedAt(2, 1, 40, 5);
    assertThat(verdict(story.in("r").publishedAt(1, 0, 40, 5))).isEqualTo(Verdict.VALID);
  }
}
