package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;
import io.quorate.chaos.history.Message;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields of operations, an array each. Strings are numbers of a list; -1 is the empty one. */
final class Columns {

  private static final Kind[] KINDS = Kind.values();
  private static final Outcome[] OUTCOMES = Outcome.values();

  int size;
  byte[] kinds = new byte[1024];
  byte[] outcomes = new byte[1024];
  byte[] nodes = new byte[1024];
  boolean[] redelivered = new boolean[1024];
  int[] processes = new int[1024];
  int[] channels = new int[1024];
  int[] targets = new int[1024];
  int[] details = new int[1024];

  /** -2 if there is no message. */
  int[] publishers = new int[1024];

  int[] counters = new int[1024];
  int[] crcs = new int[1024];
  long[] starts = new long[1024];
  long[] ends = new long[1024];
  long[] intended = new long[1024];
  long[] tags = new long[1024];
  long[] counts = new long[1024];

  /** Room for one more; answers with its place. */
  int append() {
    if (size == kinds.length) {
      grow(size + (size >> 1));
    }
    return size++;
  }

  private void grow(int length) {
    kinds = Arrays.copyOf(kinds, length);
    outcomes = Arrays.copyOf(outcomes, length);
    nodes = Arrays.copyOf(nodes, length);
    redelivered = Arrays.copyOf(redelivered, length);
    processes = Arrays.copyOf(processes, length);
    channels = Arrays.copyOf(channels, length);
    targets = Arrays.copyOf(targets, length);
    details = Arrays.copyOf(details, length);
    publishers = Arrays.copyOf(publishers, length);
    counters = Arrays.copyOf(counters, length);
    crcs = Arrays.copyOf(crcs, length);
    starts = Arrays.copyOf(starts, length);
    ends = Arrays.copyOf(ends, length);
    intended = Arrays.copyOf(intended, length);
    tags = Arrays.copyOf(tags, length);
    counts = Arrays.copyOf(counts, length);
  }

  Kind kind(int place) {
    return KINDS[kinds[place]];
  }

  long start(int place) {
    return starts[place];
  }

  long end(int place) {
    return ends[place];
  }

  @Nullable Message message(int place) {
    return publishers[place] == -2 ? null : new Message(publishers[place], counters[place]);
  }

  Operation operation(int place, List<String> strings) {
    return new Operation(
        kind(place),
        OUTCOMES[outcomes[place]],
        string(processes[place], strings),
        nodes[place],
        channels[place],
        string(targets[place], strings),
        message(place),
        crcs[place],
        starts[place],
        ends[place],
        intended[place],
        tags[place],
        redelivered[place],
        counts[place],
        string(details[place], strings));
  }

  private static String string(int number, List<String> strings) {
    return number < 0 ? "" : strings.get(number);
  }

  /** The places in the order of their starts; they are nearly in it already. */
  int[] orderByStart() {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      int j = i;
      while (j > 0 && starts[order[j - 1]] > starts[i]) {
        order[j] = order[j - 1];
        j--;
      }
      order[j] = i;
    }
    return order;
  }
}
