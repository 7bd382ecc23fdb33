package io.quorate.amqp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CreditWindowTest {

  @Property(tries = 200)
  void never_exceeds_the_prefetch_and_never_stops_a_consumer_that_acks(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 3000) int prefetch) {
    Random random = new Random(seed);
    CreditWindow window = new CreditWindow(1000, 1 << 20);
    int held = 0;
    int granted = 0;
    int delivered = 0;
    for (int step = 0; step < 500; step++) {
      granted += window.grant(prefetch - held);
      assertThat(held + granted).isLessThanOrEqualTo(prefetch);
      assertThat(granted + held).as("a consumer with nothing out has credit").isPositive();
      if (granted > 0 && random.nextBoolean()) {
        int run = 1 + random.nextInt(granted);
        window.delivered(run, run * 500L);
        granted -= run;
        held += run;
        delivered += run;
      } else if (held > 0) {
        held -= 1 + random.nextInt(held);
      }
    }
    assertThat(delivered).isPositive();
  }

  @Test
  void shrinks_with_the_size_of_messages() {
    CreditWindow window = new CreditWindow(1000, 1 << 20);
    int first = window.grant(Integer.MAX_VALUE);
    assertThat(first).isBetween(1, 100);
    window.delivered(first, first * (512L << 10));
    assertThat(window.grant(Integer.MAX_VALUE)).isEqualTo(2);
    window.delivered(2, 2 * (512L << 10));
    assertThat(window.grant(Integer.MAX_VALUE)).isEqualTo(2);
  }

  @Test
  void grows_to_the_whole_window_with_small_messages() {
    CreditWindow window = new CreditWindow(1000, 1 << 20);
    int first = window.grant(Integer.MAX_VALUE);
    window.delivered(first, first * 100L);
    assertThat(window.grant(Integer.MAX_VALUE)).isEqualTo(1000);
  }
}
