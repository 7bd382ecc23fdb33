package io.quorate.chaos.check;

import io.quorate.chaos.history.HistoryReader;
import io.quorate.chaos.history.Kind;
import io.quorate.chaos.history.Message;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All operations of a run in the order of their starts. Kept in columns, some 70 bytes each, so
 * that millions fit; an {@link Operation} is made when it is asked for. Immutable.
 */
public final class History {

  private final Columns columns;
  private final int[] order;
  private final List<String> strings;
  private final List<Operation> marks;
  private @Nullable Timelines timelines;
  private @Nullable Disturbances disturbances;
  private @Nullable Channels channels;

  History(Columns columns, List<String> strings) {
    this.columns = columns;
    this.strings = List.copyOf(strings);
    this.order = columns.orderByStart();
    List<Operation> found = new ArrayList<>();
    for (int i = 0; i < order.length; i++) {
      Kind kind = kind(i);
      if (kind == Kind.FAULT || kind == Kind.PHASE || kind == Kind.LEADER) {
        found.add(get(i));
      }
    }
    this.marks = List.copyOf(found);
  }

  /** Reads the history of a run. */
  public static History read(Path folder) {
    HistoryBuilder builder = new HistoryBuilder();
    HistoryReader.read(folder, builder::add);
    return builder.build();
  }

  public int size() {
    return order.length;
  }

  /** The operation at a place, 0 being the one that began first. */
  public Operation get(int index) {
    return columns.operation(order[index], strings);
  }

  /** Its kind, cheaper than {@link #get}. */
  public Kind kind(int index) {
    return columns.kind(order[index]);
  }

  public long start(int index) {
    return columns.start(order[index]);
  }

  /** Its message, null if it is about none; cheaper than {@link #get}. */
  public @Nullable Message message(int index) {
    return columns.message(order[index]);
  }

  /** All operations of some kinds, in order. */
  public void forEach(Consumer<Operation> each, Kind... kinds) {
    boolean[] wanted = new boolean[Kind.values().length];
    for (Kind kind : kinds) {
      wanted[kind.ordinal()] = true;
    }
    for (int i = 0; i < order.length; i++) {
      if (wanted[kind(i).ordinal()]) {
        each.accept(get(i));
      }
    }
  }

  /** The messages that came back to their publishers, since there was no queue for them. */
  Set<Message> returned() {
    Set<Message> returned = new HashSet<>();
    forEach(
        back -> {
          if (back.message() != null) {
            returned.add(back.message());
          }
        },
        Kind.RETURN);
    return returned;
  }

  /** As {@link #forEach}, for kinds of which there are few. */
  public List<Operation> all(Kind... kinds) {
    List<Operation> all = new ArrayList<>();
    forEach(all::add, kinds);
    return all;
  }

  public boolean has(Kind kind) {
    for (int i = 0; i < order.length; i++) {
      if (kind(i) == kind) {
        return true;
      }
    }
    return false;
  }

  /** Faults, phases and leaders. */
  public List<Operation> marks() {
    return marks;
  }

  /** The marks of a phase, in the order of their times. */
  public List<Operation> phases(String name) {
    return marks.stream()
        .filter(mark -> mark.kind() == Kind.PHASE && mark.detail().equals(name))
        .toList();
  }

  /** What was said of a phase, its target; null if there was no such phase. */
  public @Nullable String phase(String name) {
    List<Operation> found = phases(name);
    return found.isEmpty() ? null : found.get(0).target();
  }

  /** When a phase began; -1 if it did not. */
  public long phaseStart(String name) {
    List<Operation> found = phases(name);
    return found.isEmpty() ? -1 : found.get(0).start();
  }

  /** The end of the last operation. */
  public long end() {
    long end = 0;
    for (int i = 0; i < order.length; i++) {
      end = Math.max(end, columns.end(order[i]));
    }
    return end;
  }

  /** What happened to each message. */
  public synchronized Timelines timelines() {
    Timelines known = timelines;
    if (known == null) {
      known = new Timelines(this);
      timelines = known;
    }
    return known;
  }

  /** When what was not as it should be. */
  public synchronized Disturbances disturbances() {
    Disturbances known = disturbances;
    if (known == null) {
      known = new Disturbances(marks, end());
      disturbances = known;
    }
    return known;
  }

  /** When channels began and ended. */
  public synchronized Channels channels() {
    Channels known = channels;
    if (known == null) {
      known = new Channels(this);
      channels = known;
    }
    return known;
  }
}
