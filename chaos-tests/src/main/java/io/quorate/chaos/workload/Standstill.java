package io.quorate.chaos.workload;

import io.quorate.chaos.cluster.AdminApi.QueueSeen;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * Whether queues stay as they are although they should become empty: the same leaders count the
 * same messages while all consumers are there and hold nothing. Such messages are out with nobody,
 * or not delivered to anybody.
 */
final class Standstill {

  /** Longer than it takes to notice a connection that is gone, by heartbeats of five seconds. */
  static final Duration LEAST = Duration.ofSeconds(12);

  private final BooleanSupplier idle;
  private Map<String, QueueSeen> last = Map.of();
  private long since = System.nanoTime();

  /**
   * Makes one.
   *
   * @param idle whether the consumers are there and hold nothing
   */
  Standstill(BooleanSupplier idle) {
    this.idle = idle;
  }

  /** Takes what the leaders say now. */
  void look(Map<String, QueueSeen> said) {
    boolean known = said.values().stream().allMatch(one -> one.ready() >= 0);
    if (!known || !said.equals(last) || !idle.getAsBoolean()) {
      since = System.nanoTime();
    }
    last = said;
  }

  /** What has been stuck for long enough, in words. */
  Optional<String> stuck() {
    Duration lasted = Duration.ofNanos(System.nanoTime() - since);
    String text =
        last.values().stream()
            .filter(one -> one.ready() > 0 || one.unacked() > 0)
            .map(
                one ->
                    "%s at node %d: %d ready, %d unacked"
                        .formatted(one.name(), one.leader(), one.ready(), one.unacked()))
            .collect(Collectors.joining("; "));
    return text.isEmpty() || lasted.compareTo(LEAST) < 0
        ? Optional.empty()
        : Optional.of(text + "; for " + lasted.toSeconds() + " s");
  }
}
