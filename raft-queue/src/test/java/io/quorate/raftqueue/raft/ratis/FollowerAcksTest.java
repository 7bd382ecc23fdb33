package io.quorate.raftqueue.raft.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Times in milliseconds; the shortest election timeout is 300. */
class FollowerAcksTest {
  private static final long START = Long.MAX_VALUE - 1_000_000_000; // nanoTime may wrap around

  private final FollowerAcks acks = new FollowerAcks(RatisConfig.Limits.defaults());

  private static long at(long millis) {
    return START + millis * 1_000_000;
  }

  @Test
  void nothingIsValidBeforeTheFirstAnswer() {
    assertThat(acks.valid(at(10))).isFalse();
  }

  @Test
  void anAnswerCountsFromItsSendTime() {
    acks.ack(at(20));
    assertThat(acks.valid(at(100))).isTrue();
    assertThat(acks.valid(at(259))).isTrue();
    assertThat(acks.valid(at(260))).isFalse();
  }

  @Test
  void anOlderAnswerThatComesLateChangesNothing() {
    acks.ack(at(100));
    acks.ack(at(50));
    assertThat(acks.valid(at(339))).isTrue();
    assertThat(acks.valid(at(340))).isFalse();
  }

  @Test
  void aLeaderThatWasPausedHasNoLeaseWhenItGoesOn() {
    acks.ack(at(20));
    assertThat(acks.valid(at(5000))).isFalse();
    acks.ack(at(160)); // sent before the pause, the answer read after it
    assertThat(acks.valid(at(5002))).isFalse();
  }
}
