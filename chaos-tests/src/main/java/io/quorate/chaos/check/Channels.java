package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * When channels ended, and the earliest moment at which the broker can have made a delivery. It is
 * seen only when it arrives, but not made before its consumer was opened, nor before what came
 * earlier to the same consumer was published.
 */
public final class Channels {

  private record ConsumerKey(int channel, String queue) {}

  /**
   * @param at when it began to end
   * @param ours false if the broker or the network ended it: then that was seen late
   */
  private record End(long at, boolean ours) {}

  private final Map<Integer, End> ends = new HashMap<>();

  /** When channels broke that consumed from a queue, by queue. */
  private final Map<String, List<Long>> broken = new HashMap<>();

  /** When channels ended, in whatever way, that took from a queue; by queue. */
  private final Map<String, List<Long>> ended = new HashMap<>();

  /** By channel and delivery tag. */
  private final Map<Integer, long[]> earliest = new HashMap<>();

  Channels(History history) {
    Map<ConsumerKey, Long> floors = new HashMap<>();
    Map<Integer, Set<String>> consumed = new HashMap<>();
    Map<Integer, Set<String>> used = new HashMap<>();
    history.forEach(
        operation -> {
          switch (operation.kind()) {
            case CONSUME -> {
              floors.put(
                  new ConsumerKey(operation.channel(), operation.target()), operation.start());
              consumed
                  .computeIfAbsent(operation.channel(), channel -> new HashSet<>())
                  .add(operation.target());
              uses(used, operation);
            }
            case CLOSE -> {
              for (String queue : used.getOrDefault(operation.channel(), Set.of())) {
                ended.computeIfAbsent(queue, name -> new ArrayList<>()).add(operation.start());
              }
              ends.put(operation.channel(), new End(operation.start(), operation.ok()));
              if (!operation.ok()) {
                for (String queue : consumed.getOrDefault(operation.channel(), Set.of())) {
                  broken.computeIfAbsent(queue, name -> new ArrayList<>()).add(operation.start());
                }
              }
            }
            case GET -> {
              uses(used, operation);
              if (operation.isDelivery()) {
                put(operation, operation.start());
              }
            }
            default -> {
              ConsumerKey key = new ConsumerKey(operation.channel(), operation.target());
              long published =
                  operation.message() == null
                      ? 0
                      : history.timelines().publishStart(operation.message());
              long floor = Math.max(floors.getOrDefault(key, 0L), published);
              // More than it arrived at it cannot be: such a history is another checker's business.
              floor = Math.min(floor, operation.start());
              floors.put(key, floor);
              put(operation, floor);
            }
          }
        },
        Kind.CONSUME,
        Kind.CLOSE,
        Kind.GET,
        Kind.DELIVER);
  }

  /**
   * Whether a channel that consumed from a queue broke in an interval: what was on its way to it
   * then was seen by nobody.
   */
  boolean anyBroke(String queue, long from, long to) {
    return broken.getOrDefault(queue, List.of()).stream().anyMatch(at -> at >= from && at <= to);
  }

  private static void uses(Map<Integer, Set<String>> used, Operation operation) {
    used.computeIfAbsent(operation.channel(), channel -> new HashSet<>()).add(operation.target());
  }

  /**
   * Whether a channel that took from a queue ended in an interval: what was out there may never
   * have been seen.
   */
  boolean anyEnded(String queue, long from, long to) {
    return ended.getOrDefault(queue, List.of()).stream().anyMatch(at -> at >= from && at <= to);
  }

  private void put(Operation delivery, long time) {
    int tag = (int) Math.max(0, delivery.tag());
    long[] times = earliest.computeIfAbsent(delivery.channel(), channel -> new long[64]);
    if (tag >= times.length) {
      times = Arrays.copyOf(times, Math.max(tag + 1, 2 * times.length));
      earliest.put(delivery.channel(), times);
    }
    times[tag] = time;
  }

  /** When a delivery can have been made at the earliest. */
  long earliest(Operation delivery) {
    long[] times = earliest.get(delivery.channel());
    int tag = (int) Math.max(0, delivery.tag());
    return times == null || tag >= times.length ? 0 : times[tag];
  }

  /**
   * From when on what is out on a channel may come back because it ended; the end of time if never.
   */
  long returnsFrom(Operation delivery) {
    End end = ends.get(delivery.channel());
    if (end == null) {
      return Long.MAX_VALUE;
    }
    return end.ours() ? end.at() : Math.min(end.at(), earliest(delivery));
  }
}
