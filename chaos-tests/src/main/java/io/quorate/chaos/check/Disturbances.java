package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** When faults were at work and leaderships moved: what a broker may excuse itself with. */
public final class Disturbances {

  /** How long the after-effects of a fault may be: links, elections, the time between looks. */
  static final long AFTER_NANOS = 5_000_000_000L;

  private static final Pattern NUMBER = Pattern.compile("\\b\\d\\b");

  /**
   * A fault.
   *
   * @param kind as the history has it
   * @param target what it was done to
   * @param to its end; the end of the history if it has none
   * @param harmed the nodes that it keeps from their work, a bit for each; -1 if those named
   */
  public record Fault(String kind, String target, long from, long to, long harmed) {

    /** Harm to those that it names. */
    public Fault(String kind, String target, long from, long to) {
      this(kind, target, from, to, -1);
    }

    /** The nodes that cannot be expected to do their work. */
    public Set<Integer> victims() {
      if (harmed < 0) {
        return nodes();
      }
      Set<Integer> victims = new TreeSet<>();
      for (int node = 0; node < Long.SIZE - 1; node++) {
        if ((harmed & 1L << node) != 0) {
          victims.add(node);
        }
      }
      return victims;
    }

    /** The nodes that it names; of a partition into two sides, those of the smaller one. */
    public Set<Integer> nodes() {
      String[] sides = target.split("\\|", -1);
      if (sides.length != 2) {
        return nodes(target);
      }
      Set<Integer> one = nodes(sides[0]);
      Set<Integer> other = nodes(sides[1]);
      return one.size() < other.size() ? one : other;
    }

    private static Set<Integer> nodes(String text) {
      Set<Integer> named = new TreeSet<>();
      Matcher matcher = NUMBER.matcher(text);
      while (matcher.find()) {
        named.add(Integer.parseInt(matcher.group()));
      }
      return named;
    }

    /** Whether it cuts the nodes that it names off from all others, both ways. */
    public boolean cutsOff() {
      return target.contains("|");
    }

    public boolean overlaps(long begin, long end) {
      return from <= end && to >= begin;
    }
  }

  private final List<Fault> faults = new ArrayList<>();
  private final List<Operation> leaders = new ArrayList<>();

  /** Intervals in which something was wrong or had just been, apart and in order. */
  private final List<long[]> intervals = new ArrayList<>();

  Disturbances(List<Operation> marks, long end) {
    Map<String, ArrayDeque<Operation>> begun = new HashMap<>();
    for (Operation mark : marks) {
      if (mark.kind() == Kind.LEADER) {
        leaders.add(mark);
      } else if (mark.kind() == Kind.FAULT) {
        ArrayDeque<Operation> open =
            begun.computeIfAbsent(mark.detail() + " " + mark.target(), key -> new ArrayDeque<>());
        if (!mark.ok()) {
          open.add(mark);
        } else if (!open.isEmpty()) {
          faults.add(fault(open.remove(), mark.start()));
        }
      }
    }
    for (ArrayDeque<Operation> open : begun.values()) {
      open.forEach(mark -> faults.add(fault(mark, end)));
    }
    faults.sort((a, b) -> Long.compare(a.from(), b.from()));
    leaders.sort((a, b) -> Long.compare(a.start(), b.start()));
    merge();
  }

  private static Fault fault(Operation begin, long end) {
    return new Fault(begin.detail(), begin.target(), begin.start(), end, begin.tag());
  }

  private void merge() {
    List<long[]> all = new ArrayList<>();
    faults.forEach(fault -> all.add(new long[] {fault.from(), fault.to() + AFTER_NANOS}));
    // A leadership is seen some time after it began.
    leaders.forEach(
        seen -> all.add(new long[] {seen.start() - AFTER_NANOS, seen.start() + AFTER_NANOS}));
    all.sort((a, b) -> Long.compare(a[0], b[0]));
    for (long[] one : all) {
      long[] last = intervals.isEmpty() ? null : intervals.get(intervals.size() - 1);
      if (last != null && one[0] <= last[1]) {
        last[1] = Math.max(last[1], one[1]);
      } else {
        intervals.add(one.clone());
      }
    }
  }

  /** In the order of their beginnings. */
  public List<Fault> faults() {
    return faults;
  }

  /** Leaders as they were seen. */
  public List<Operation> leaders() {
    return leaders;
  }

  /** Whether a leadership was seen to begin in an interval. */
  boolean anyLeader(long from, long to) {
    int index = countBefore(leaders.size(), each -> leaders.get(each).start() < from);
    return index < leaders.size() && leaders.get(index).start() <= to;
  }

  /** Whether something was done to a node, or had just been, at any time of an interval. */
  boolean anyOf(int node, long from, long to) {
    for (Fault fault : faults) {
      if (fault.from() > to) {
        return false;
      }
      if (fault.to() + AFTER_NANOS >= from && fault.nodes().contains(node)) {
        return true;
      }
    }
    return false;
  }

  /** Whether something was wrong, or had just been, at any time of an interval. */
  public boolean any(long from, long to) {
    int index = firstEndingAfter(from);
    return index < intervals.size() && intervals.get(index)[0] <= to;
  }

  /**
   * The first time at or after {@code from} at which something was wrong; the end of time if none.
   */
  public long next(long from) {
    int index = firstEndingAfter(from);
    return index == intervals.size() ? Long.MAX_VALUE : Math.max(from, intervals.get(index)[0]);
  }

  /** Whether there was a moment in an interval at which nothing was wrong, nor had just been. */
  boolean anyQuiet(long from, long to) {
    int index = firstEndingAfter(from);
    boolean quietAtOnce = index == intervals.size() || intervals.get(index)[0] > from;
    return quietAtOnce || intervals.get(index)[1] < to;
  }

  private int firstEndingAfter(long time) {
    return countBefore(intervals.size(), each -> intervals.get(each)[1] < time);
  }

  /** How many of a list in order are before what is looked for, which the others are not. */
  static int countBefore(int size, IntPredicate isBefore) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (isBefore.test(middle)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
