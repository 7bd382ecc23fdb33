package io.quorate.amqp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.raftqueue.api.QueueRef;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class UnackedDeliveriesTest {

  private final Holder holder = new Holder(new QueueRef(1, 0), 1, null);

  /** Against a sorted map. */
  @Property(tries = 300)
  void behaves_like_a_sorted_map(@ForAll long seed) {
    Random random = new Random(seed);
    UnackedDeliveries unacked = new UnackedDeliveries();
    TreeMap<Long, Long> model = new TreeMap<>();
    long lastTag = 0;
    for (int step = 0; step < 500; step++) {
      List<Long> taken = new ArrayList<>();
      UnackedDeliveries.Taker taker = (at, from, position) -> taken.add(position);
      int what = random.nextInt(11);
      if (what == 10) {
        restoreSome(unacked, model, random);
      } else if (what < 6) {
        lastTag += 1 + random.nextInt(3);
        unacked.add(lastTag, holder, lastTag * 7);
        model.put(lastTag, lastTag * 7);
      } else if (what < 9) {
        long tag = lastTag == 0 ? 1 : 1 + random.nextLong(lastTag + 2);
        Long expected = model.remove(tag);
        assertThat(unacked.remove(tag, taker)).isEqualTo(expected != null);
        assertThat(taken).isEqualTo(expected == null ? List.of() : List.of(expected));
      } else {
        long tag = lastTag == 0 ? 1 : 1 + random.nextLong(lastTag + 2);
        boolean known = model.containsKey(tag);
        assertThat(unacked.removeUpTo(tag, taker)).isEqualTo(known);
        if (known) {
          assertThat(taken).containsExactlyElementsOf(model.headMap(tag, true).values());
          model.headMap(tag, true).clear();
        } else {
          assertThat(taken).isEmpty();
        }
      }
      assertThat(unacked.count()).isEqualTo(model.size());
    }
    List<Long> rest = new ArrayList<>();
    unacked.removeAll((tag, from, position) -> rest.add(position));
    assertThat(rest).containsExactlyElementsOf(model.values());
  }

  /** Some are answered and all of that is rolled back: nothing has changed. */
  private void restoreSome(UnackedDeliveries unacked, TreeMap<Long, Long> model, Random random) {
    List<Transaction.Answer> answered = new ArrayList<>();
    UnackedDeliveries.Taker take =
        (tag, from, position) -> answered.add(new Transaction.Answer(tag, from, position, false));
    for (Long tag : model.keySet()) {
      if (random.nextBoolean()) {
        assertThat(unacked.remove(tag, take)).isTrue();
      }
    }
    Collections.shuffle(answered, random);
    unacked.restore(answered);
  }

  @Test
  void one_forgotten_delivery_does_not_hold_on_to_the_others() {
    UnackedDeliveries unacked = new UnackedDeliveries();
    unacked.add(1, holder, 1);
    for (long tag = 2; tag < 5_000_000; tag++) {
      unacked.add(tag, holder, tag);
      assertThat(unacked.remove(tag, (at, from, position) -> {})).isTrue();
    }
    assertThat(unacked.count()).isEqualTo(1);
    assertThat(unacked.capacity()).isLessThanOrEqualTo(64);
  }
}
