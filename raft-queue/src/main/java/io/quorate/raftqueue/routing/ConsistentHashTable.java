package io.quorate.raftqueue.routing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Bindings of an {@code x-consistent-hash} exchange: each message goes to one destination, by a
 * hash of it, and a destination's share of messages is its share of the weights, which are the
 * binding keys. Several bindings of one destination add up.
 *
 * <p>Weighted rendezvous hashing: every destination draws a number from the hash of the message and
 * its own name, and the highest of {@code weight / -ln(number)} wins. So what happens depends on
 * names and weights alone, not on the order of the bindings or on a queue's identity, and a change
 * of one destination moves the messages that it gains or loses and no others. Destinations of one
 * weight are compared by their numbers alone: only one logarithm is taken for each weight in use.
 */
final class ConsistentHashTable implements BindingIndex {

  /** The highest weight of a binding; all that can be bound together stay far from overflow. */
  private static final long MAX_WEIGHT = Integer.MAX_VALUE;

  /** The destinations of one weight, side by side in order of their names. */
  private static final class Group {
    final double weight;
    final long[] seeds;
    final Routes[] routes;

    Group(double weight, List<Destination> destinations) {
      this.weight = weight;
      this.seeds = destinations.stream().mapToLong(Hashing::of).toArray();
      this.routes = destinations.stream().map(Destination::routes).toArray(Routes[]::new);
    }
  }

  private final HashSubject subject;
  private final Map<Destination, Long> weights = new LinkedHashMap<>();

  /** Made when first asked for after a change: many binds in a row must not cost a copy each. */
  private volatile Group @Nullable [] groups;

  ConsistentHashTable(HashSubject subject) {
    this.subject = subject;
  }

  /** What is wrong with a binding's routing key as a weight, or null. */
  static @Nullable String problem(String routingKey) {
    boolean signed = routingKey.startsWith("-") || routingKey.startsWith("+");
    String digits = signed ? routingKey.substring(1) : routingKey;
    if (digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return "The binding key must be an integer: '" + routingKey + "'";
    }
    String significant = digits.replaceFirst("^0+", "");
    if (significant.isEmpty() || routingKey.startsWith("-")) {
      return "The binding key must be greater than 0";
    }
    return significant.length() > 10 || Long.parseLong(significant) > MAX_WEIGHT
        ? "The binding key must not be greater than " + MAX_WEIGHT
        : null;
  }

  @Override
  public void add(String routingKey, Arguments arguments, Destination destination) {
    weights.merge(destination, Long.parseLong(routingKey), Long::sum);
    groups = null;
  }

  @Override
  public void remove(String routingKey, Arguments arguments, Destination destination) {
    Long weight = weights.get(destination);
    if (weight == null) {
      throw new IllegalStateException("no binding leads to " + destination);
    }
    long left = weight - Long.parseLong(routingKey);
    if (left > 0) {
      weights.put(destination, left);
    } else {
      weights.remove(destination);
    }
    groups = null;
  }

  @Override
  public void match(String routingKey, MessageView message, List<Routes> found) {
    Group[] all = groups();
    if (all.length == 0) {
      return;
    }
    long hash = subject.hash(routingKey, message);
    Routes winner = null;
    double highest = Double.NEGATIVE_INFINITY;
    for (Group group : all) {
      int best = 0;
      long bestDraw = -1;
      for (int i = 0; i < group.seeds.length; i++) {
        long draw = Hashing.mix(hash ^ group.seeds[i]) >>> 11;
        if (draw > bestDraw) {
          best = i;
          bestDraw = draw;
        }
      }
      double score = all.length == 1 ? 0 : score(group.weight, bestDraw);
      if (winner == null || score > highest) {
        winner = group.routes[best];
        highest = score;
      }
    }
    if (winner != null) {
      found.add(winner);
    }
  }

  /** Not Math.log: its last bit may differ from machine to machine. */
  private static double score(double weight, long draw) {
    return weight / -StrictMath.log((draw + 0.5) * 0x1p-53);
  }

  private Group[] groups() {
    Group[] known = groups;
    if (known == null) {
      known = collect();
      groups = known;
    }
    return known;
  }

  private Group[] collect() {
    Map<Long, List<Destination>> byWeight = new TreeMap<>();
    weights.forEach(
        (destination, weight) ->
            byWeight.computeIfAbsent(weight, key -> new ArrayList<>()).add(destination));
    List<Group> made = new ArrayList<>(byWeight.size());
    byWeight.forEach(
        (weight, destinations) -> {
          destinations.sort(Destination.BY_NAME);
          made.add(new Group(weight, destinations));
        });
    return made.toArray(Group[]::new);
  }
}
