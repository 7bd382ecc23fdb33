package io.quorate.chaos.check;

import static io.quorate.chaos.check.Story.story;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What nodes may have forgotten of terms and votes when their power went, and what not. */
class VotesTest {

  private static final String ALL = "nodes 1 2 3";

  private static Story quiet() {
    return story().says(1, "0", 3, "");
  }

  private static Verdict judged(Story story) {
    return story.drained().judgedBy(new ReplicasAgree()).verdict();
  }

  /** The power of all nodes goes, in the middle of a fault. */
  private static Story cut(Story story) {
    return story.fault("power-cut", ALL).ends("power-cut", ALL);
  }

  private static Story oldVoteBeforeTheCut() {
    return cut(quiet().fault("power-all", ALL).stored(1, "0", 4, "n1", 5000));
  }

  @Test
  void aVoteOfLongAgoThatIsGoneAfterACutIsFound() {
    assertThat(judged(oldVoteBeforeTheCut().stored(1, "0", 4, "n1", 6000).ends("power-all", ALL)))
        .isEqualTo(Verdict.VALID);
    assertThat(judged(oldVoteBeforeTheCut().stored(1, "0", 4, "", 9000).ends("power-all", ALL)))
        .isEqualTo(Verdict.INVALID);
    assertThat(judged(oldVoteBeforeTheCut().stored(1, "0", 4, "n2", 0).ends("power-all", ALL)))
        .isEqualTo(Verdict.INVALID);
    assertThat(judged(oldVoteBeforeTheCut().stored(1, "0", 0, "", 0).ends("power-all", ALL)))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void aVoteOnItsWayToTheDiskMayBeGone() {
    Story cut = cut(quiet().stored(1, "0", 3, "n2", 5000).stored(1, "0", 4, "n1", 100));
    assertThat(judged(cut.stored(1, "0", 3, "n2", 6000))).isEqualTo(Verdict.VALID);
  }

  @Test
  void withItNothingMayBeGoneThatWasThereBefore() {
    Story cut = cut(quiet().stored(1, "0", 3, "n2", 5000).stored(1, "0", 4, "n1", 100));
    assertThat(judged(cut.stored(1, "0", 2, "n2", 6000))).isEqualTo(Verdict.INVALID);
  }

  @Test
  void theCutCountsAndNotTheFaultAroundIt() {
    Story early = quiet().fault("power-all", ALL).stored(1, "0", 4, "n1", 10).passes(2000);
    assertThat(judged(cut(early).stored(1, "0", 3, "n1", 0).ends("power-all", ALL)))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void whatWasSeenAfterTheCutIsNotExcusedByIt() {
    Story after = cut(quiet().stored(1, "0", 3, "n1", 5000)).stored(1, "0", 4, "n1", 0).passes(10);
    assertThat(judged(after.stored(1, "0", 3, "n1", 0))).isEqualTo(Verdict.INVALID);
  }

  @Test
  void onlyTheNodeWhosePowerWentMayForget() {
    Story other =
        quiet()
            .fault("snapshot-power-lost", ALL)
            .stored(2, "0", 3, "n1", 5000)
            .stored(1, "0", 4, "n1", 10)
            .fault("power-cut", "node 2")
            .ends("power-cut", "node 2")
            .stored(2, "0", 3, "n1", 5000);
    assertThat(judged(other.stored(1, "0", 3, "", 0).ends("snapshot-power-lost", ALL)))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void aFaultOfPowerWithoutItsMomentBeganWithIt() {
    assertThat(
            judged(
                quiet()
                    .stored(1, "0", 3, "n1", 5000)
                    .stored(1, "0", 4, "n1", 10)
                    .fault("power-all", "1 2 3")
                    .stored(1, "0", 3, "n1", 0)))
        .isEqualTo(Verdict.VALID);
  }

  private static Story voted(Story story) {
    return story.stored(3, "0", 3, "n1", 9000);
  }

  @Test
  void aTermThatWasSeenJustBeforeTheCutMayBeGone() {
    assertThat(judged(voted(cut(voted(quiet().says(1, "0", 4, "")))).says(1, "0", 3, "")))
        .isEqualTo(Verdict.VALID);
    Story older = voted(quiet().says(1, "0", 4, "").passes(3000).says(1, "0", 4, ""));
    assertThat(judged(voted(cut(older)).says(1, "0", 3, ""))).isEqualTo(Verdict.INVALID);
  }

  @Test
  void aNodeWhoseDiskFailedMayForgetWhatItCouldNotWrite() {
    Story failing = voted(quiet()).fault("disk-io-error", "node 1").says(1, "0", 4, "");
    assertThat(judged(failing.ends("disk-io-error", "node 1").says(1, "0", 3, "")))
        .isEqualTo(Verdict.VALID);
    Story before = quiet().stored(1, "0", 4, "n1", 1000).fault("disk-io-error", "node 1");
    assertThat(judged(before.ends("disk-io-error", "node 1").stored(1, "0", 3, "n1", 0)))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void withoutAVoteToCompareALossOfPowerShowsNothing() {
    Report unseen = cut(quiet()).drained().judgedBy(new ReplicasAgree());
    assertThat(unseen.findings().stream().map(Finding::text))
        .containsExactly("power was lost, and no vote from before was seen again");
    Report report = voted(cut(voted(quiet()))).drained().judgedBy(new ReplicasAgree());
    assertThat(report.verdict()).isEqualTo(Verdict.VALID);
    assertThat(report.figures()).containsEntry("votes compared over a loss of power", "1");
  }
}
