package io.quorate.chaos.check;

import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts the events of operations together. Not thread-safe. */
public final class HistoryBuilder {

  private final Columns columns = new Columns();
  private final List<String> strings = new ArrayList<>();
  private final Map<String, Integer> numbers = new HashMap<>();

  /** Where operations are, by their number; -1 if not known. */
  private int[] places = new int[1024];

  public HistoryBuilder() {
    Arrays.fill(places, -1);
  }

  /** Takes in the next event, in the order of the file. */
  public void add(Event event) {
    boolean numbered = event.op() > 0;
    int place = numbered ? place(event.op()) : -1;
    if (place < 0) {
      begin(event);
    } else {
      end(place, event);
    }
  }

  private int place(long op) {
    return op < places.length ? places[(int) op] : -1;
  }

  private void begin(Event event) {
    int place = columns.append();
    if (event.op() > 0) {
      remember(event.op(), place);
    }
    columns.kinds[place] = (byte) event.kind().ordinal();
    columns.processes[place] = number(event.process());
    columns.nodes[place] = (byte) event.node();
    columns.channels[place] = event.channel();
    columns.targets[place] = number(event.target());
    columns.starts[place] = event.at();
    columns.intended[place] = event.intended() < 0 ? event.at() : event.intended();
    columns.publishers[place] = -2;
    columns.details[place] = -1;
    columns.tags[place] = -1;
    columns.counts[place] = -1;
    fill(place, event);
  }

  private void remember(long op, int place) {
    if (op >= places.length) {
      int before = places.length;
      places = Arrays.copyOf(places, (int) Math.max(op + 1, before + (before >> 1)));
      Arrays.fill(places, before, places.length, -1);
    }
    places[(int) op] = place;
  }

  private void end(int place, Event event) {
    fill(place, event);
  }

  /** What this event says; later ones say more. */
  private void fill(int place, Event event) {
    columns.outcomes[place] = (byte) outcome(event).ordinal();
    columns.ends[place] = event.at();
    Value value = event.value();
    if (value != null) {
      columns.publishers[place] = Math.max(-1, value.message().publisher());
      columns.counters[place] = value.message().counter();
      columns.crcs[place] = value.crc();
    }
    if (event.tag() >= 0) {
      columns.tags[place] = event.tag();
    }
    if (event.count() >= 0) {
      columns.counts[place] = event.count();
    }
    if (event.redelivered()) {
      columns.redelivered[place] = true;
    }
    if (event.detail() != null) {
      columns.details[place] = number(event.detail());
    }
  }

  /** A fault's beginning and end are two operations: their outcome tells which. */
  private static Outcome outcome(Event event) {
    return switch (event.type()) {
      case OK -> Outcome.OK;
      case FAIL -> Outcome.FAIL;
      case INVOKE, INFO -> Outcome.UNKNOWN;
    };
  }

  private int number(@Nullable String text) {
    if (text == null || text.isEmpty()) {
      return -1;
    }
    Integer known = numbers.get(text);
    if (known == null) {
      known = strings.size();
      strings.add(text);
      numbers.put(text, known);
    }
    return known;
  }

  public History build() {
    return new History(columns, strings);
  }
}
