package io.quorate.amqp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CommitTrackerTest {

  @Test
  void is_complete_at_once_without_messages() {
    assertThat(new CommitTracker(0).whenComplete()).isCompletedWithValue(true);
  }

  @Test
  void waits_for_every_answer() {
    CommitTracker tracker = new CommitTracker(2);
    tracker.complete(true);
    assertThat(tracker.whenComplete()).isNotDone();
    tracker.complete(true);
    assertThat(tracker.whenComplete()).isCompletedWithValue(true);
  }

  @Test
  void one_refusal_is_enough() {
    CommitTracker tracker = new CommitTracker(3);
    tracker.complete(true);
    tracker.complete(false);
    assertThat(tracker.whenComplete()).as("the rest is still under way").isNotDone();
    tracker.complete(true);
    assertThat(tracker.whenComplete()).isCompletedWithValue(false);
  }
}
