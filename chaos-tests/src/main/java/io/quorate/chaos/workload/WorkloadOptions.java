package io.quorate.chaos.workload;

import java.time.Duration;

/**
 * How much a workload does.
 *
 * @param ratePerSecond messages that all its publishers together intend to publish
 * @param window messages of each publisher that may be unconfirmed; what it would publish beyond
 *     waits, and its latency counts from when it was intended
 * @param bodySize bytes, at least 12; workloads that are about sizes choose their own
 * @param prefetch of each consumer
 * @param queues how many queues the workloads of many queues use
 * @param drainLimit how long the end may take until all queues are shown to be empty
 */
public record WorkloadOptions(
    int ratePerSecond, int window, int bodySize, int prefetch, int queues, Duration drainLimit) {

  /** A load that notices everything and leaves the machine room for the cluster. */
  public static WorkloadOptions moderate() {
    return new WorkloadOptions(600, 200, 200, 50, 20, Duration.ofSeconds(60));
  }

  public WorkloadOptions withRate(int perSecond) {
    return new WorkloadOptions(perSecond, window, bodySize, prefetch, queues, drainLimit);
  }

  public WorkloadOptions withWindow(int unconfirmed) {
    return new WorkloadOptions(ratePerSecond, unconfirmed, bodySize, prefetch, queues, drainLimit);
  }

  public WorkloadOptions withBodySize(int bytes) {
    return new WorkloadOptions(ratePerSecond, window, bytes, prefetch, queues, drainLimit);
  }

  public WorkloadOptions withPrefetch(int deliveries) {
    return new WorkloadOptions(ratePerSecond, window, bodySize, deliveries, queues, drainLimit);
  }

  public WorkloadOptions withQueues(int count) {
    return new WorkloadOptions(ratePerSecond, window, bodySize, prefetch, count, drainLimit);
  }

  public WorkloadOptions withDrainLimit(Duration limit) {
    return new WorkloadOptions(ratePerSecond, window, bodySize, prefetch, queues, limit);
  }
}
