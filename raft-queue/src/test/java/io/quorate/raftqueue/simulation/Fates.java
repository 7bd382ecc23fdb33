package io.quorate.raftqueue.simulation;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is known of all messages, by queue and position. */
final class Fates {

  private final Map<Long, TreeMap<Long, Fate>> fates = new TreeMap<>();
  private final Set<String> enqueued = new HashSet<>();

  static String tag(long queue, long position) {
    return "q" + queue + "#" + position;
  }

  @Nullable Fate find(long queue, long position) {
    TreeMap<Long, Fate> known = fates.get(queue);
    return known == null ? null : known.get(position);
  }

  /** Those of some positions that are known. */
  List<Fate> find(long queue, long[] positions) {
    return Arrays.stream(positions)
        .mapToObj(position -> find(queue, position))
        .filter(Objects::nonNull)
        .toList();
  }

  Collection<Fate> of(long queue) {
    return fates.getOrDefault(queue, new TreeMap<>()).values();
  }

  Stream<Fate> all() {
    return fates.values().stream().flatMap(queue -> queue.values().stream());
  }

  void add(Fate fate) {
    fates.computeIfAbsent(fate.queue, id -> new TreeMap<>()).put(fate.position, fate);
  }

  /** False if that has been said before. */
  boolean noteQueued(String payload, long queue) {
    return enqueued.add(payload + "@" + queue);
  }

  boolean wasQueued(String payload, long queue) {
    return enqueued.contains(payload + "@" + queue);
  }

  void forgetHolds(Predicate<Hold> which) {
    all().forEach(fate -> fate.holds.removeIf(which));
  }
}
