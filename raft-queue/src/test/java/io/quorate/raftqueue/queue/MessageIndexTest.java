package io.quorate.raftqueue.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.log.v1.StoredMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;

/** A queue's messages by position, in chunks. */
class MessageIndexTest {

  /**
   * @param gap how far above the last position the next message is; 0 to remove, -1 to purge
   * @param run how many are added or removed
   * @param where which of the messages there are, in thousandths
   */
  record Move(int gap, int run, int where) {}

  private final Totals totals = new Totals();

  @Provide
  Arbitrary<List<Move>> moves() {
    Arbitrary<Integer> gaps =
        Arbitraries.frequencyOf(
            Tuple.of(5, Arbitraries.just(1)),
            Tuple.of(2, Arbitraries.integers().between(2, 3000)),
            Tuple.of(5, Arbitraries.just(0)),
            Tuple.of(1, Arbitraries.just(-1)));
    return Combinators.combine(
            gaps, Arbitraries.integers().between(1, 400), Arbitraries.integers().between(0, 999))
        .as(Move::new)
        .list()
        .ofMaxSize(60);
  }

  private static QueueState queue(Totals totals) {
    return new QueueState(1, totals, Pages.NONE, Long.MAX_VALUE, 0, false, false);
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void behavesAsATreeMap(@ForAll("moves") List<Move> moves) {
    Totals sums = new Totals();
    QueueState queue = queue(sums);
    TreeMap<Long, StoredMessage> model = new TreeMap<>();
    long last = 0;
    for (Move move : moves) {
      if (move.gap() < 0) {
        purge(queue, model, last * move.where() / 1000, move.run());
      }
      for (int i = 0; i < move.run() && move.gap() >= 0; i++) {
        if (move.gap() > 0) {
          last += i == 0 ? move.gap() : 1;
          StoredMessage message = message(move.run() % 3);
          queue.add(last, message, Totals.sizeOf(message), 0);
          model.put(last, message);
        } else if (!model.isEmpty()) {
          long position = pick(model, (move.where() + i * 7) % 1000);
          assertThat(queue.remove(position)).isTrue();
          model.remove(position);
          assertThat(queue.remove(position)).isFalse();
        }
      }
      compare(queue, sums, model, last, move.where());
    }
    List<Long> positions = new ArrayList<>();
    queue.forEach(positions::add);
    assertThat(positions).isEqualTo(List.copyOf(model.keySet()));
  }

  private static void purge(
      QueueState queue, TreeMap<Long, StoredMessage> model, long upTo, int step) {
    TreeSet<Long> except = new TreeSet<>();
    long at = 0;
    for (long position : model.keySet()) {
      if (at++ % step == 0) {
        except.add(position);
      }
    }
    int before = model.size();
    model.keySet().removeIf(position -> position <= upTo && !except.contains(position));
    assertThat(queue.purge(upTo, except)).isEqualTo(before - model.size());
  }

  private static void compare(
      QueueState queue, Totals sums, TreeMap<Long, StoredMessage> model, long last, int where) {
    assertThat(queue.count()).isEqualTo(model.size());
    long bytes = model.values().stream().mapToLong(Totals::sizeOf).sum();
    assertThat(queue.bytes()).isEqualTo(bytes);
    assertThat(sums.loadedBytes).isEqualTo(bytes);
    assertThat(queue.evictableBytes()).isEqualTo(bytes);
    for (long position : new long[] {-1, 0, 1, last * where / 1000, last, last + 1, last + 5000}) {
      QueuedMessage found = queue.get(position);
      assertThat(found == null ? null : found.message()).isSameAs(model.get(position));
      assertThat(queue.has(position)).isEqualTo(model.containsKey(position));
      Map.Entry<Long, StoredMessage> next = model.ceilingEntry(position);
      assertThat(queue.atOrAfter(position)).isEqualTo(next == null ? -1 : next.getKey());
    }
    assertThat(queue.index().size()).isLessThanOrEqualTo(model.size());
    assertThat(sums.chunks).isEqualTo(queue.index().size());
  }

  private static long pick(TreeMap<Long, StoredMessage> model, int thousandth) {
    long span = model.lastKey() - model.firstKey();
    Long position = model.ceilingKey(model.firstKey() + span * thousandth / 1000);
    return position == null ? model.firstKey() : position;
  }

  /** One message that nobody settles, a million that pass: a chunk at each end. */
  @Test
  void oneForgottenMessageCostsLittle() {
    QueueState queue = queue(totals);
    StoredMessage message = message(1);
    int size = Totals.sizeOf(message);
    queue.add(1, message, size, 0);
    int most = 0;
    for (long position = 2; position <= 1_000_000; position++) {
      queue.add(position, message, size, 0);
      if (position > 101) {
        assertThat(queue.remove(position - 100)).isTrue();
      }
      most = Math.max(most, queue.index().size());
    }
    assertThat(most).isLessThanOrEqualTo(3);
    assertThat(queue.count()).isEqualTo(101);
    assertThat(queue.atOrAfter(2)).isEqualTo(999_901);

    queue.remove(1);
    for (long position = 999_901; position <= 1_000_000; position++) {
      queue.remove(position);
    }
    assertThat(queue.index().size()).isZero();
    assertThat(totals.residentBytes()).isZero();
  }

  private static StoredMessage message(int length) {
    return StoredMessage.newBuilder()
        .setRoutingKey("k")
        .setBody(com.google.protobuf.ByteString.copyFrom(new byte[length]))
        .build();
  }
}
