package io.quorate.chaos.workload;

import io.quorate.chaos.history.HistoryWriter;
import io.quorate.chaos.sut.ClusterUnderTest;

/**
 * What a workload runs with.
 *
 * @param history written by the workload, the faults and the observer; closed by its owner
 * @param seed of everything that the workload leaves to chance
 */
public record WorkloadContext(
    ClusterUnderTest cluster, HistoryWriter history, long seed, WorkloadOptions options) {}
