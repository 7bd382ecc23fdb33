package io.quorate.raftqueue.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Runs worlds by seed. {@code -Dquorate.simulation.seeds=10000} for a long run, {@code
 * -Dquorate.simulation.seed=N} to run one and print its story.
 */
class ShardSimulationTest {

  private static final int SEEDS = Integer.getInteger("quorate.simulation.seeds", 300);
  private static final int FIRST = Integer.getInteger("quorate.simulation.first", 1);

  @Test
  void keepsItsPromises() {
    Long one = Long.getLong("quorate.simulation.seed");
    if (one != null) {
      System.out.println(storyOf(one, ""));
      try (Simulation simulation = new Simulation(one, Mutation.NONE, false)) {
        simulation.run();
      }
      return;
    }
    int confirmed = 0;
    int delivered = 0;
    int damages = 0;
    int diskFailures = 0;
    int digests = 0;
    for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
      try (Simulation simulation = new Simulation(seed, Mutation.NONE, false)) {
        simulation.run();
        confirmed += simulation.oracle().clients().confirmed();
        delivered += simulation.oracle().leaders().delivered();
        damages += simulation.damages();
        diskFailures += simulation.diskFailures();
        digests += simulation.digestsChecked();
      } catch (RuntimeException | AssertionError e) {
        fail("seed " + seed + ": " + e.getMessage() + "\n" + storyOf(seed, ""), e);
      }
    }
    assertThat(confirmed).isGreaterThan(100 * SEEDS);
    assertThat(delivered).isGreaterThan(100 * SEEDS);
    assertThat(damages).isGreaterThan(SEEDS / 10);
    assertThat(diskFailures).isGreaterThan(SEEDS / 100);
    assertThat(digests).isGreaterThan(SEEDS);
    System.out.println(
        SEEDS
            + " seeds: "
            + delivered
            + " deliveries, "
            + damages
            + " damaged pages, "
            + diskFailures
            + " failed disks");
  }

  /** A check that cannot fail is no check. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void findsWhatIsBrokenOnPurpose(Mutation mutation) {
    for (long seed = 1; seed <= 300; seed++) {
      try (Simulation simulation = new Simulation(seed, mutation, false)) {
        simulation.run();
      } catch (Violation e) {
        if (e.getMessage().contains(mutation.finding())) {
          System.out.println(mutation + " is found by seed " + seed + ": " + e.getMessage());
          return;
        }
      }
    }
    fail(mutation + " is not found");
  }

  /** The whole story of a seed, and how it ends. */
  private static String storyOf(long seed, String tag) {
    try (Simulation simulation = new Simulation(seed, Mutation.NONE, true)) {
      try {
        simulation.run();
        return simulation.story(tag) + "all is well";
      } catch (Violation e) {
        return simulation.story(e.tag()) + e.getMessage();
      } catch (RuntimeException | AssertionError e) {
        return simulation.story(tag) + e;
      }
    }
  }
}
