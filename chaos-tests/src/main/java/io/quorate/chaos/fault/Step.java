package io.quorate.chaos.fault;

import java.time.Duration;
import java.util.List;

/**
 * One step of a schedule: quiet, then one fault or two together, then perhaps a wait until the
 * cluster is well again.
 *
 * @param number from 1
 * @param quiet how long nothing is done before
 * @param faults one or two
 * @param lasting how long each lasts, in the same order
 * @param seed of whatever the faults leave to chance
 * @param recovers whether the next step waits until all nodes are ready
 */
public record Step(
    int number,
    Duration quiet,
    List<Fault> faults,
    List<Duration> lasting,
    long seed,
    boolean recovers) {}
