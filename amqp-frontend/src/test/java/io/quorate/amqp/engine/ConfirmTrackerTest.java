package io.quorate.amqp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ConfirmTrackerTest {

  /** A client: what it believes about each message. */
  private static final class Client implements ConfirmTracker.Output {
    final Map<Long, Boolean> outcomes = new HashMap<>();
    final List<String> said = new ArrayList<>();
    long published;
    int counted;

    @Override
    public void ack(long sequence, boolean multiple, int count) {
      said.add("ack " + sequence + (multiple ? "*" : ""));
      counted += count;
      if (multiple) {
        for (long s = 1; s <= sequence; s++) {
          outcomes.putIfAbsent(s, true);
        }
      } else {
        assertThat(outcomes.put(sequence, true)).isNull();
      }
    }

    @Override
    public void nack(long sequence) {
      said.add("nack " + sequence);
      assertThat(outcomes.put(sequence, false)).isNull();
    }
  }

  @Test
  void what_is_complete_in_order_goes_as_one_multiple_ack() {
    ConfirmTracker tracker = new ConfirmTracker();
    Client client = new Client();
    for (int i = 0; i < 5; i++) {
      tracker.begin();
    }
    tracker.complete(2, true);
    tracker.complete(1, true);
    tracker.complete(4, true);
    tracker.flush(client);
    assertThat(client.said).containsExactly("ack 2*", "ack 4");
    tracker.complete(3, true);
    tracker.flush(client);
    assertThat(client.said).containsExactly("ack 2*", "ack 4", "ack 3");
    assertThat(tracker.underWay()).isEqualTo(1);
  }

  @Test
  void a_refused_message_is_named_before_an_ack_that_covers_it() {
    ConfirmTracker tracker = new ConfirmTracker();
    Client client = new Client();
    for (int i = 0; i < 3; i++) {
      tracker.begin();
    }
    tracker.complete(1, true);
    tracker.complete(2, false);
    tracker.complete(3, true);
    tracker.flush(client);
    assertThat(client.said).containsExactly("nack 2", "ack 3*");
  }

  @Property(tries = 300)
  void every_message_is_confirmed_once_with_its_outcome(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 400) int messages) {
    Random random = new Random(seed);
    ConfirmTracker tracker = new ConfirmTracker();
    Client client = new Client();
    Map<Long, Boolean> outcomes = new HashMap<>();
    List<Long> underWay = new ArrayList<>();
    while (client.published < messages || !underWay.isEmpty()) {
      int what = random.nextInt(10);
      if (what < 4 && client.published < messages) {
        underWay.add(tracker.begin());
        client.published++;
      } else if (what < 9 && !underWay.isEmpty()) {
        long done = underWay.remove(random.nextInt(Math.min(underWay.size(), 20)));
        boolean accepted = random.nextInt(10) > 0;
        outcomes.put(done, accepted);
        tracker.complete(done, accepted);
      } else {
        tracker.flush(client);
        assertThat(client.outcomes).isEqualTo(outcomes);
      }
    }
    tracker.flush(client);
    assertThat(client.outcomes).isEqualTo(outcomes).hasSize(messages);
    assertThat(client.counted)
        .isEqualTo((int) outcomes.values().stream().filter(accepted -> accepted).count());
  }
}
