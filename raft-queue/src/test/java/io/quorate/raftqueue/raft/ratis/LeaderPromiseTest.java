package io.quorate.raftqueue.raft.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Times in milliseconds; the shortest election timeout is 300. */
class LeaderPromiseTest {
  private static final long START = Long.MAX_VALUE - 1_000_000_000; // nanoTime may wrap around
  private static final int MIN = RatisConfig.Limits.defaults().electionTimeoutMinMs();

  private static long at(long millis) {
    return START + millis * 1_000_000;
  }

  private static LeaderPromise promise() {
    return new LeaderPromise(RatisConfig.Limits.defaults(), at(-MIN));
  }

  @Test
  void noVoteFollowsAnAckWithinTheShortestTimeout() {
    LeaderPromise promise = promise();
    assertThat(promise.mayAcknowledge(3, at(0))).isTrue();
    assertThat(promise.mayVote(4, false, at(MIN - 1))).isFalse();
    assertThat(promise.mayAcknowledge(3, at(MIN - 1))).isTrue();
    assertThat(promise.mayVote(4, false, at(MIN))).isFalse();
    assertThat(promise.mayVote(4, false, at(2 * MIN))).isTrue();
  }

  @Test
  void noAckToAnEarlierLeaderFollowsAVote() {
    LeaderPromise promise = promise();
    assertThat(promise.mayVote(4, false, at(0))).isTrue();
    assertThat(promise.mayAcknowledge(3, at(1))).isFalse();
    assertThat(promise.mayAcknowledge(4, at(2))).isTrue();
  }

  @Test
  void aRefusedAckIsNoPromise() {
    LeaderPromise promise = promise();
    assertThat(promise.mayVote(4, false, at(0))).isTrue();
    assertThat(promise.mayAcknowledge(3, at(1))).isFalse();
    assertThat(promise.mayVote(5, false, at(2))).isTrue();
  }

  @Test
  void aLeaderThatHandsOverIsObeyedAtOnce() {
    LeaderPromise promise = promise();
    assertThat(promise.mayAcknowledge(3, at(0))).isTrue();
    assertThat(promise.mayVote(4, true, at(1))).isTrue();
  }

  @Test
  void aPromiseOfAnEarlierRunIsKept() {
    LeaderPromise promise = new LeaderPromise(RatisConfig.Limits.defaults(), at(0));
    assertThat(promise.mayVote(4, false, at(MIN - 1))).isFalse();
    assertThat(promise.mayVote(4, false, at(MIN))).isTrue();
  }

  /** Two followers, appends and elections in random order: a lease never outlives its term. */
  @Test
  void nobodyElseIsElectedWhileALeaseIsValid() {
    for (int seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      LeaderPromise[] voters = {promise(), promise()};
      FollowerAcks[] acks = {newAcks(), newAcks()};
      long[] appendSent = {-1, -1};
      long now = 0;
      long term = 4;
      for (int step = 0; step < 200; step++) {
        now += random.nextInt(120);
        int one = random.nextInt(2);
        switch (random.nextInt(4)) {
          case 0 -> appendSent[one] = now;
          case 1, 2 -> {
            if (appendSent[one] >= 0 && voters[one].mayAcknowledge(3, at(now))) {
              acks[one].ack(at(appendSent[one]));
            }
          }
          default -> {
            // One of the followers stands; it needs its own vote and the other's.
            long standing = term++;
            if (voters[one].mayVote(standing, false, at(now))
                && voters[1 - one].mayVote(standing, false, at(now + random.nextInt(50)))) {
              assertThat(acks[0].valid(at(now)) || acks[1].valid(at(now)))
                  .as("seed %d: lease of the old leader at %d ms", seed, now)
                  .isFalse();
            }
          }
        }
      }
    }
  }

  private static FollowerAcks newAcks() {
    return new FollowerAcks(RatisConfig.Limits.defaults());
  }
}
