package io.quorate.chaos.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a schedule promises, whatever its seed. */
class ScheduleTest {

  private static final int SEEDS = 50;

  private static List<Step> steps(long seed, List<Fault> faults, int count) {
    Schedule schedule = new Schedule(seed, faults);
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      steps.add(schedule.next());
    }
    return steps;
  }

  @Test
  void theSameSeedGivesTheSameSteps() {
    for (long seed = 0; seed < SEEDS; seed++) {
      assertThat(steps(seed, Faults.all(), 60)).isEqualTo(steps(seed, Faults.all(), 60));
    }
  }

  @Test
  void neighbouringSeedsBeginDifferently() {
    Set<String> beginnings = new HashSet<>();
    for (long seed = 0; seed < SEEDS; seed++) {
      beginnings.add(
          steps(seed, Faults.all(), 3).stream()
              .map(step -> step.faults().get(0).name())
              .collect(Collectors.joining(" ")));
    }
    assertThat(beginnings).hasSizeGreaterThan(SEEDS * 9 / 10);
  }

  @Test
  void everyFaultComesOnceInARound() {
    List<Fault> faults = Faults.all();
    for (long seed = 0; seed < SEEDS; seed++) {
      Set<String> drawn =
          steps(seed, faults, faults.size()).stream()
              .map(step -> step.faults().get(0).name())
              .collect(Collectors.toSet());
      assertThat(drawn).hasSize(faults.size());
    }
  }

  @Test
  void aboutAQuarterOfTheTimeIsQuiet() {
    Duration quiet = Duration.ZERO;
    Duration all = Duration.ZERO;
    for (long seed = 0; seed < SEEDS; seed++) {
      for (Step step : steps(seed, Faults.all(), 100)) {
        quiet = quiet.plus(step.quiet());
        all = all.plus(step.quiet());
        all = all.plus(step.lasting().stream().max(Duration::compareTo).orElseThrow());
      }
    }
    assertThat((double) quiet.toMillis() / all.toMillis()).isBetween(0.20, 0.40);
  }

  @Test
  void twoFaultsMeetOnlyIfBothMayHaveCompany() {
    int pairs = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      for (Step step : steps(seed, Faults.all(), 100)) {
        if (step.faults().size() == 2) {
          pairs++;
          Fault one = step.faults().get(0);
          Fault two = step.faults().get(1);
          assertThat(one.group()).isNotEqualTo(two.group());
          assertThat(List.of(one.company(), two.company()))
              .doesNotContain(Fault.Company.ALONE)
              .contains(Fault.Company.LIGHT);
        }
        assertThat(step.lasting()).hasSameSizeAs(step.faults());
        for (int i = 0; i < step.faults().size(); i++) {
          assertThat(step.lasting().get(i))
              .isBetween(step.faults().get(i).shortest(), step.faults().get(i).longest());
        }
      }
    }
    assertThat(pairs).isPositive();
  }

  @Test
  void faultsAreNamedSinglyByGroupAndAllTogether() {
    assertThat(Faults.named("all")).isEqualTo(Faults.all());
    assertThat(Faults.named("none")).isEmpty();
    assertThat(Faults.named("kill-one,power"))
        .extracting(Fault::name)
        .containsExactly("kill-one", "power-one", "power-leader", "power-all");
    assertThat(Faults.all()).extracting(Fault::name).doesNotHaveDuplicates();
    assertThatThrownBy(() -> Faults.named("flood")).hasMessageContaining("'flood'");
    assertThatThrownBy(() -> Faults.named("membership-churn")).hasMessageContaining("admin API");
  }
}
