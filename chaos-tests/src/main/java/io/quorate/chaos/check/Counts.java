package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What a run was made of.
 *
 * @param operations by kind
 * @param published messages whose publish began
 * @param confirmed of those
 * @param unknown of those: neither confirmed nor refused for certain
 * @param delivered messages that came, each counted once per queue
 * @param repeats further deliveries of those
 * @param recovered messages that came though they were not confirmed
 * @param acked messages of which an ack or a reject is certain
 * @param lost confirmed and never seen, without a reason
 * @param phantom deliveries of what was never published
 */
public record Counts(
    Map<Kind, Tally> operations,
    long published,
    long confirmed,
    long unknown,
    long delivered,
    long repeats,
    long recovered,
    long acked,
    long lost,
    long phantom) {

  /** How the operations of a kind ended. */
  public record Tally(long attempted, long ok, long fail, long unknown) {}

  public static Counts of(History history) {
    Map<Kind, long[]> tallies = new EnumMap<>(Kind.class);
    for (int i = 0; i < history.size(); i++) {
      long[] tally = tallies.computeIfAbsent(history.kind(i), kind -> new long[4]);
      tally[0]++;
      tally[1 + history.get(i).outcome().ordinal()]++;
    }
    Map<Kind, Tally> operations = new EnumMap<>(Kind.class);
    tallies.forEach(
        (kind, tally) -> operations.put(kind, new Tally(tally[0], tally[1], tally[2], tally[3])));
    long[] sums = new long[8];
    Absences absences = new Absences(history);
    history.timelines().forEach(timeline -> add(timeline, absences, sums));
    long phantom = history.timelines().strangers().stream().filter(Operation::isDelivery).count();
    Tally publish = operations.getOrDefault(Kind.PUBLISH, new Tally(0, 0, 0, 0));
    return new Counts(
        operations,
        publish.attempted(),
        publish.ok(),
        publish.unknown(),
        sums[0],
        sums[1],
        sums[2],
        sums[3],
        sums[4],
        phantom);
  }

  private static void add(Timeline timeline, Absences absences, long[] sums) {
    List<Operation> deliveries = timeline.deliveries();
    Operation publish = timeline.publish();
    if (!deliveries.isEmpty()) {
      sums[0]++;
      sums[1] += deliveries.size() - 1;
      sums[2] += timeline.confirmed() ? 0 : 1;
      sums[3] += acked(timeline) ? 1 : 0;
    } else if (publish != null && publish.ok() && !publish.target().isEmpty()) {
      sums[4] += absences.reason(publish) == null ? 1 : 0;
    }
  }

  private static boolean acked(Timeline timeline) {
    for (Operation settlement : timeline.settlements()) {
      if (settlement.ok() && settlement.kind() != Kind.REQUEUE) {
        return true;
      }
    }
    return false;
  }

  /** For people. */
  @Override
  public String toString() {
    return "published %d, confirmed %d, unknown %d, delivered %d (%d repeats, %d recovered), acked %d, lost %d, phantom %d"
        .formatted(
            published, confirmed, unknown, delivered, repeats, recovered, acked, lost, phantom);
  }
}
