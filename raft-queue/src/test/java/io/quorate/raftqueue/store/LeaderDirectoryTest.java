package io.quorate.raftqueue.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.raftqueue.raft.Epochs;
import org.junit.jupiter.api.Test;

class LeaderDirectoryTest {

  private static final int GROUP = 2;

  private final LeaderDirectory leaders = new LeaderDirectory(Runnable::run);

  private Integer leaderSince(long term) {
    return LeaderDirectory.leaderSince(leaders.leader(GROUP), term);
  }

  @Test
  void aLeaderIsNamedWithItsTermOnly() {
    assertThat(leaderSince(0)).isNull();

    leaders.leads(GROUP, 3, Epochs.next(23, 0));

    assertThat(leaderSince(22)).as("this node is behind").isEqualTo(3);
    assertThat(leaderSince(23)).isEqualTo(3);
    assertThat(leaderSince(24)).as("who led in the term before").isNull();
  }

  @Test
  void aLeaderThatBeginsAfreshStaysInItsTerm() {
    long epoch = Epochs.next(23, 0);
    leaders.leads(GROUP, 3, epoch);
    leaders.leadsNoLonger(GROUP, 3, epoch);
    assertThat(leaderSince(23)).isNull();

    leaders.leads(GROUP, 3, Epochs.next(23, epoch));

    assertThat(leaderSince(23)).isEqualTo(3);
    assertThat(leaderSince(24)).isNull();
  }

  @Test
  void epochsRiseWithTermsAndWithinThem() {
    long epoch = Epochs.next(7, 0);
    assertThat(Epochs.term(epoch)).isEqualTo(7);
    assertThat(Epochs.next(7, epoch)).isGreaterThan(epoch);
    assertThat(Epochs.term(Epochs.next(7, epoch))).isEqualTo(7);
    assertThat(Epochs.next(8, epoch)).isGreaterThan(Epochs.next(7, epoch));
    assertThat(Epochs.term(Epochs.next(8, epoch))).isEqualTo(8);
  }
}
