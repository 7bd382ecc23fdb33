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
        window.delivered(run);
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
  void grants_the_whole_window_at_once_and_then_in_halves() {
    CreditWindow window = new CreditWindow(1000, 1 << 20);
    assertThat(window.grant(Integer.MAX_VALUE)).isEqualTo(1000);
    window.delivered(400);
    assertThat(window.grant(Integer.MAX_VALUE)).isZero();
    window.delivered(200);
    assertThat(window.grant(Integer.MAX_VALUE)).isEqualTo(600);
  }

  @Test
  void tells_of_bytes_when_half_the_window_is_written() {
    CreditWindow window = new CreditWindow(1000, 1000);
    assertThat(window.worthTelling()).isFalse();
    window.written(499);
    assertThat(window.worthTelling()).isFalse();
    window.written(1);
    assertThat(window.worthTelling()).isTrue();
    assertThat(window.takeWritten()).isEqualTo(500);
    assertThat(window.worthTelling()).isFalse();
  }
}
