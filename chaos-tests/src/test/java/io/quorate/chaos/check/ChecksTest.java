package io.quorate.chaos.check;

import static io.quorate.chaos.check.Story.story;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** What tests expect of a history. */
class ChecksTest {

  private static Story settled(Story story) {
    return story.published(0, 0, 1).delivered(1, 0, 0, 1).acked(1, 0, 0, 1).drained();
  }

  private static Story unsettled(Story story) {
    return story
        .published(0, 0, 1)
        .delivered(1, 0, 0, 1)
        .perhapsAcked(1, 0, 0)
        .perhapsAcked(1, 0, 1)
        .drained();
  }

  @Test
  void inPeaceSomeAckHasToBeCertain() {
    assertThatCode(() -> Checks.assertValid("settled", settled(story()).end()))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> Checks.assertValid("unsettled", unsettled(story()).end()))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("no ack was certain");
  }

  @Test
  void amidFaultsNoAckNeedsToBeCertain() {
    Story disturbed = unsettled(story().fault("test", "1 2 3"));
    assertThatCode(() -> Checks.assertValid("disturbed", disturbed.end()))
        .doesNotThrowAnyException();
  }

  @Test
  void anythingElseThatCannotBeToldIsNotEnough() {
    Story undrained = story().fault("test", "1 2 3").published(0, 0, 1).delivered(1, 0, 0, 1);
    assertThatThrownBy(() -> Checks.assertValid("undrained", undrained.acked(1, 0, 0, 1).end()))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("was not shown that q was empty");
  }
}
