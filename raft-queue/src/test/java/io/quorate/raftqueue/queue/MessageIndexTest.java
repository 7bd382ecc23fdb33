package io.quorate.raftqueue.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.log.v1.StoredMessage;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class MessageIndexTest {

  /**
   * @param gap how far above the last position the next message is; 0 to remove
   * @param run how many are added or removed
   * @param where which of the messages there are, in thousandths
   */
  record Move(int gap, int run, int where) {}

  @Provide
  Arbitrary<List<Move>> moves() {
    Arbitrary<Integer> gaps =
        Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(5, Arbitraries.just(1)),
            net.jqwik.api.Tuple.of(2, Arbitraries.integers().between(2, 3000)),
            net.jqwik.api.Tuple.of(5, Arbitraries.just(0)));
    return Combinators.combine(
            gaps, Arbitraries.integers().between(1, 400), Arbitraries.integers().between(0, 999))
        .as(Move::new)
        .list()
        .ofMaxSize(60);
  }

  @Property(tries = 500)
  void behavesAsATreeMap(@ForAll("moves") List<Move> moves) {
    MessageIndex index = new MessageIndex();
    TreeMap<Long, QueuedMessage> model = new TreeMap<>();
    long last = 0;
    for (Move move : moves) {
      for (int i = 0; i < move.run(); i++) {
        if (move.gap() > 0) {
          last += i == 0 ? move.gap() : 1;
          QueuedMessage message = message(last);
          index.append(message);
          model.put(last, message);
        } else if (!model.isEmpty()) {
          long position = pick(model, (move.where() + i * 7) % 1000);
          assertThat(index.remove(position)).isSameAs(model.remove(position));
          assertThat(index.remove(position)).isNull();
        }
      }
      compare(index, model, last, move.where());
    }
    assertThat(index.toList()).isEqualTo(List.copyOf(model.values()));
  }

  private static void compare(
      MessageIndex index, TreeMap<Long, QueuedMessage> model, long last, int where) {
    assertThat(index.count()).isEqualTo(model.size());
    assertThat(index.lastPosition()).isEqualTo(model.isEmpty() ? 0 : model.lastKey());
    for (long position : new long[] {-1, 0, 1, last * where / 1000, last, last + 1, last + 5000}) {
      assertThat(index.get(position)).isSameAs(model.get(position));
      Map.Entry<Long, QueuedMessage> next = model.ceilingEntry(position);
      assertThat(index.atOrAfter(position)).isSameAs(next == null ? null : next.getValue());
    }
    assertThat(index.chunks()).isLessThanOrEqualTo(model.size() + 1);
  }

  private static long pick(TreeMap<Long, QueuedMessage> model, int thousandth) {
    long span = model.lastKey() - model.firstKey();
    Long position = model.ceilingKey(model.firstKey() + span * thousandth / 1000);
    return position == null ? model.firstKey() : position;
  }

  /** One message that nobody settles, a million that pass: a chunk each end, and references. */
  @Test
  void oneForgottenMessageCostsLittle() {
    MessageIndex index = new MessageIndex();
    index.append(message(1));
    int most = 0;
    for (long position = 2; position <= 1_000_000; position++) {
      index.append(message(position));
      if (position > 101) {
        assertThat(index.remove(position - 100)).isNotNull();
      }
      most = Math.max(most, index.chunks());
    }
    assertThat(most).isLessThanOrEqualTo(4);
    assertThat(index.slots()).isLessThanOrEqualTo(2 * (1_000_000 / 256 + 1));
    assertThat(index.count()).isEqualTo(101);
    assertThat(index.atOrAfter(2).position()).isEqualTo(999_901);

    index.remove(1);
    for (long position = 999_901; position <= 1_000_000; position++) {
      index.remove(position);
    }
    assertThat(index.chunks()).isZero();
    assertThat(index.slots()).isLessThanOrEqualTo(4);
  }

  private static QueuedMessage message(long position) {
    return new QueuedMessage(position, new Body(StoredMessage.getDefaultInstance()), 0);
  }
}
