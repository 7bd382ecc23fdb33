package io.quorate.chaos.workload;

import java.util.List;

/**
 * What a consumer does with what it gets.
 *
 * @param queues that it consumes from, all on one channel
 * @param prefetch of the channel; 0 is none
 * @param held deliveries that it keeps unacknowledged, so that there is something to come back when
 *     a node dies; less than {@code prefetch}
 * @param requeued the part that it gives back, 0 to 1
 * @param discarded the part that it rejects for good, 0 to 1
 * @param closedAfterMs about how long a channel is used before it is closed, connections cut and
 *     consumers cancelled in between; 0 is for ever
 * @param pauseMs how long it takes for each delivery
 */
public record ConsumePlan(
    List<String> queues,
    int prefetch,
    int held,
    double requeued,
    double discarded,
    int closedAfterMs,
    int pauseMs) {

  /** Acks everything, some time later. */
  public static ConsumePlan steady(List<String> queues, int prefetch) {
    return new ConsumePlan(queues, prefetch, Math.min(20, prefetch / 2), 0, 0, 0, 0);
  }

  ConsumePlan restless(double requeued, double discarded, int closedAfterMs) {
    return new ConsumePlan(queues, prefetch, held, requeued, discarded, closedAfterMs, pauseMs);
  }

  ConsumePlan holding(int deliveries) {
    return new ConsumePlan(
        queues, prefetch, deliveries, requeued, discarded, closedAfterMs, pauseMs);
  }

  ConsumePlan slow(int millis) {
    return new ConsumePlan(queues, prefetch, held, requeued, discarded, closedAfterMs, millis);
  }
}
