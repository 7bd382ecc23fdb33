package io.quorate.raftqueue.raft.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Times in milliseconds; the shortest election timeout is 300, the longest 600. */
class FollowerAcksTest {
  private static final long START = Long.MAX_VALUE - 1_000_000_000; // nanoTime may wrap around

  private final FollowerAcks acks = new FollowerAcks(RatisConfig.Limits.defaults(), at(0), at(10));

  private static long at(long millis) {
    return START + millis * 1_000_000;
  }

  @Test
  void nothingIsValidBeforeTheFirstAnswer() {
    assertThat(acks.valid(at(10))).isFalse();
  }

  @Test
  void anAnswerCountsFromItsSendTime() {
    acks.ack(at(20), at(100));
    assertThat(acks.valid(at(100))).isTrue();
    assertThat(acks.valid(at(259))).isTrue();
    assertThat(acks.valid(at(260))).isFalse();
  }

  @Test
  void steadyAnswersKeepItValid() {
    for (int time = 20; time < 5000; time += 150) {
      acks.ack(at(time), at(time + 5));
      assertThat(acks.valid(at(time + 150))).isTrue();
    }
  }

  @Test
  void anOlderAnswerThatComesLateChangesNothing() {
    acks.ack(at(100), at(101));
    acks.ack(at(50), at(102));
    assertThat(acks.valid(at(339))).isTrue();
    assertThat(acks.valid(at(340))).isFalse();
  }

  @Test
  void afterAGapElectionsBegunInItMustBeOverFirst() {
    acks.ack(at(20), at(21));
    acks.ack(at(400), at(401));
    for (int time = 550; time < 3000; time += 150) {
      acks.ack(at(time), at(time + 1));
      assertThat(acks.valid(at(time + 2))).isEqualTo(time + 2 >= 401 + 1320);
    }
  }

  @Test
  void aLeaderThatWasPausedHasNoLeaseWhenItGoesOn() {
    acks.ack(at(20), at(21));
    assertThat(acks.valid(at(5000))).isFalse();
    acks.ack(at(160), at(5001)); // sent before the pause, the answer read after it
    assertThat(acks.valid(at(5002))).isFalse();
  }
}
