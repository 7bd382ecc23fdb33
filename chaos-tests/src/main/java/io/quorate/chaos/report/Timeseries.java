package io.quorate.chaos.report;

import io.quorate.chaos.check.History;
import io.quorate.chaos.check.Outcome;
import io.quorate.chaos.history.Kind;
import io.quorate.chaos.history.Message;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the pictures of a run show, second by second. */
final class Timeseries {

  private static final int MOST_DOTS = 400_000;

  final int seconds;

  /** Second of the intention and milliseconds, of confirmed messages. */
  final List<double[]> confirmed = new ArrayList<>();

  /** The same until it was known that it is unknown. */
  final List<double[]> unknown = new ArrayList<>();

  final double[] times;
  final double[] p50;
  final double[] p99;
  final double[] max;
  final double[] confirms;
  final double[] deliveries;
  final double[] unknowns;

  /** Confirmed messages that have not been seen by a consumer, at the end of each second. */
  final double[] unseen;

  double slowest = 1;

  Timeseries(History history) {
    seconds = (int) (history.end() / 1_000_000_000L) + 1;
    times = new double[seconds];
    p50 = new double[seconds];
    p99 = new double[seconds];
    max = new double[seconds];
    confirms = new double[seconds];
    deliveries = new double[seconds];
    unknowns = new double[seconds];
    unseen = new double[seconds];
    for (int i = 0; i < seconds; i++) {
      times[i] = i + 0.5;
    }
    List<List<Double>> latencies = new ArrayList<>();
    for (int i = 0; i < seconds; i++) {
      latencies.add(new ArrayList<>());
    }
    readPublishes(history, latencies);
    quantiles(latencies);
    readDeliveries(history);
  }

  private int second(long nanos) {
    return (int) Math.max(0, Math.min(seconds - 1, nanos / 1_000_000_000L));
  }

  private void readPublishes(History history, List<List<Double>> latencies) {
    int[] skip = new int[1];
    int publishes = 0;
    for (int i = 0; i < history.size(); i++) {
      publishes += history.kind(i) == Kind.PUBLISH ? 1 : 0;
    }
    int each = publishes / MOST_DOTS + 1;
    history.forEach(
        publish -> {
          double millis = Math.max(0.01, (publish.end() - publish.intended()) / 1e6);
          double[] dot = {publish.intended() / 1e9, millis};
          if (publish.ok()) {
            slowest = Math.max(slowest, millis);
            latencies.get(second(publish.intended())).add(millis);
            confirms[second(publish.end())]++;
            if (skip[0]++ % each == 0 || millis > 1000) {
              confirmed.add(dot);
            }
          } else if (publish.outcome() == Outcome.UNKNOWN) {
            unknowns[second(publish.end())]++;
            unknown.add(dot);
          }
        },
        Kind.PUBLISH);
  }

  private void quantiles(List<List<Double>> latencies) {
    for (int i = 0; i < seconds; i++) {
      List<Double> those = latencies.get(i);
      those.sort(null);
      int size = those.size();
      p50[i] = size == 0 ? Double.NaN : those.get(size / 2);
      p99[i] = size == 0 ? Double.NaN : those.get((int) (size * 0.99));
      max[i] = size == 0 ? Double.NaN : those.get(size - 1);
    }
  }

  private void readDeliveries(History history) {
    double[] change = new double[seconds];
    Set<Message> seen = new HashSet<>();
    history.forEach(
        operation -> {
          if (operation.isDelivery()) {
            deliveries[second(operation.end())]++;
            if (operation.message() != null && seen.add(operation.message())) {
              change[second(operation.end())]--;
            }
          }
        },
        Kind.DELIVER,
        Kind.GET);
    // Those that were seen but not confirmed never were among the confirmed.
    history.forEach(
        publish -> {
          if (publish.ok() && publish.message() != null && !publish.target().isEmpty()) {
            change[second(publish.end())]++;
          } else if (publish.message() != null && seen.contains(publish.message())) {
            change[second(publish.end())]++;
          }
        },
        Kind.PUBLISH);
    double sum = 0;
    for (int i = 0; i < seconds; i++) {
      sum += change[i];
      unseen[i] = Math.max(0, sum);
    }
  }

  static double highest(double[]... series) {
    return Arrays.stream(series)
        .flatMapToDouble(Arrays::stream)
        .filter(value -> !Double.isNaN(value))
        .max()
        .orElse(1);
  }
}
