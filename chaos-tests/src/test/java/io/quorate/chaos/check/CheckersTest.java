package io.quorate.chaos.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each checker on hand-made histories, good and bad: a check that cannot fail is no check. */
class CheckersTest {

  /** Writes a history down, line by line. */
  private static final class Story {
    private final List<Integer> attempted = new ArrayList<>();
    private final List<BitSet> confirmed = new ArrayList<>();
    private final List<Delivery> deliveries = new ArrayList<>();
    private final Set<Message> remaining = new HashSet<>();
    private boolean drained = true;

    Story publisher(int messages, int... confirmedCounters) {
      attempted.add(messages);
      BitSet bits = new BitSet();
      for (int counter : confirmedCounters) {
        bits.set(counter);
      }
      confirmed.add(bits);
      return this;
    }

    Story delivery(int consumer, int publisher, int counter) {
      return delivery(consumer, publisher, counter, false, true);
    }

    Story again(int consumer, int publisher, int counter) {
      return delivery(consumer, publisher, counter, true, true);
    }

    Story delivery(int consumer, int publisher, int counter, boolean redelivered, boolean intact) {
      deliveries.add(
          new Delivery(
              new Message(publisher, counter), consumer, redelivered, intact, deliveries.size()));
      return this;
    }

    Story remains(int publisher, int counter) {
      remaining.add(new Message(publisher, counter));
      return this;
    }

    Story notDrained() {
      drained = false;
      return this;
    }

    History end() {
      List<Publications> publications = new ArrayList<>();
      for (int i = 0; i < attempted.size(); i++) {
        publications.add(new Publications(attempted.get(i), confirmed.get(i)));
      }
      return new History(publications, deliveries, remaining, drained);
    }
  }

  private static Story story() {
    return new Story();
  }

  private static Verdict lost(Story story) {
    return new NothingConfirmedIsLost().check(story.end()).verdict();
  }

  private static Verdict invented(Story story) {
    return new NothingIsInvented().check(story.end()).verdict();
  }

  private static Verdict flagged(Story story) {
    return new RepeatsAreFlagged().check(story.end()).verdict();
  }

  private static Verdict ordered(Story story) {
    return new OrderIsKept().check(story.end()).verdict();
  }

  @Test
  void aGoodHistoryIsValid() {
    History history =
        story()
            .publisher(4, 0, 1, 2)
            .publisher(2, 0, 1)
            .delivery(0, 0, 0)
            .delivery(1, 0, 1)
            .delivery(0, 1, 0)
            .again(0, 0, 1)
            .delivery(0, 0, 2)
            .remains(1, 1)
            .end();

    assertThat(Checks.check(history)).allMatch(report -> report.verdict() == Verdict.VALID);
    Checks.assertValid("good", history);
  }

  @Test
  void whatIsNotConfirmedMayBeMissingOrArrive() {
    assertThat(lost(story().publisher(3, 1).delivery(0, 0, 1))).isEqualTo(Verdict.VALID);
    assertThat(lost(story().publisher(3, 1).delivery(0, 0, 1).delivery(0, 0, 2)))
        .isEqualTo(Verdict.VALID);
  }

  @Test
  void aLostMessageIsFoundWithItsPlace() {
    Report report =
        new NothingConfirmedIsLost()
            .check(story().publisher(5, 0, 1, 2, 3, 4).delivery(0, 0, 1).delivery(0, 0, 3).end());

    assertThat(report.verdict()).isEqualTo(Verdict.INVALID);
    assertThat(report.findings())
        .containsExactly(
            "publisher 0: lost 0 to 0, which is the beginning of its 5 confirmed messages",
            "publisher 0: lost 2 to 2, which is the middle of its 5 confirmed messages",
            "publisher 0: lost 4 to 4, which is the end of its 5 confirmed messages");
  }

  @Test
  void withoutAProvenDrainLossIsUnknown() {
    assertThat(lost(story().publisher(1, 0).delivery(0, 0, 0).notDrained()))
        .isEqualTo(Verdict.UNKNOWN);
    assertThat(lost(story().publisher(1, 0).notDrained())).isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void withoutAnyConfirmLossIsUnknown() {
    assertThat(lost(story().publisher(1).delivery(0, 0, 0))).isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void whatWasNeverPublishedIsFound() {
    assertThat(invented(story().publisher(1, 0).delivery(0, 0, 0).delivery(0, 0, 1)))
        .isEqualTo(Verdict.INVALID);
    assertThat(invented(story().publisher(1, 0).delivery(0, 1, 0))).isEqualTo(Verdict.INVALID);
    assertThat(invented(story().publisher(1, 0).delivery(0, 0, -1))).isEqualTo(Verdict.INVALID);
    assertThat(invented(story().publisher(1, 0).remains(0, 7))).isEqualTo(Verdict.INVALID);
  }

  @Test
  void aChangedBodyIsFound() {
    assertThat(invented(story().publisher(1, 0).delivery(0, 0, 0, false, false)))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void withoutDeliveriesNothingIsShown() {
    Story nothing = story().publisher(1, 0);

    assertThat(invented(nothing)).isEqualTo(Verdict.UNKNOWN);
    assertThat(flagged(nothing)).isEqualTo(Verdict.UNKNOWN);
    assertThat(ordered(nothing)).isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void aRepeatWithoutTheFlagIsFound() {
    assertThat(flagged(story().publisher(1, 0).delivery(0, 0, 0).delivery(0, 0, 0)))
        .isEqualTo(Verdict.INVALID);
    assertThat(flagged(story().publisher(1, 0).delivery(0, 0, 0).delivery(1, 0, 0)))
        .isEqualTo(Verdict.INVALID);
    assertThat(flagged(story().publisher(1, 0).delivery(0, 0, 0).again(0, 0, 0).delivery(1, 0, 0)))
        .isEqualTo(Verdict.INVALID);
    assertThat(flagged(story().publisher(1, 0).again(0, 0, 0).delivery(0, 0, 0)))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void flaggedRepeatsAreFine() {
    assertThat(flagged(story().publisher(1, 0).delivery(0, 0, 0).again(0, 0, 0).again(1, 0, 0)))
        .isEqualTo(Verdict.VALID);
    assertThat(flagged(story().publisher(1, 0).again(0, 0, 0))).isEqualTo(Verdict.VALID);
  }

  @Test
  void aFirstDeliveryThatWasStuckElsewhereMayArriveLate() {
    assertThat(flagged(story().publisher(1, 0).again(0, 0, 0).delivery(1, 0, 0)))
        .isEqualTo(Verdict.VALID);
  }

  @Test
  void fallingCountersAreFound() {
    assertThat(
            ordered(story().publisher(3, 0).delivery(0, 0, 0).delivery(0, 0, 2).delivery(0, 0, 1)))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void publishersAndConsumersMayInterleave() {
    assertThat(
            ordered(
                story()
                    .publisher(3, 0)
                    .publisher(3, 0)
                    .delivery(0, 0, 1)
                    .delivery(1, 0, 0)
                    .delivery(0, 1, 0)
                    .delivery(0, 0, 2)
                    .again(0, 0, 0)))
        .isEqualTo(Verdict.VALID);
  }

  @Test
  void anUnknownVerdictDoesNotPass() {
    assertThatThrownBy(
            () ->
                Checks.assertValid(
                    "unknown", story().publisher(1, 0).delivery(0, 0, 0).notDrained().end()))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("drain not proven");
  }

  @Test
  void theWorstVerdictCounts() {
    assertThat(Verdict.VALID.and(Verdict.UNKNOWN)).isEqualTo(Verdict.UNKNOWN);
    assertThat(Verdict.INVALID.and(Verdict.UNKNOWN)).isEqualTo(Verdict.INVALID);
    assertThat(Verdict.VALID.and(Verdict.VALID)).isEqualTo(Verdict.VALID);
  }
}
