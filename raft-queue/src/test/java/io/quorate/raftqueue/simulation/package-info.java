/**
 * A seeded, single-threaded simulation of whole shards: the real replicas, leaders and clients on
 * virtual time, a model of Raft's contract and links that delay and break. Safety is checked at
 * each step, liveness after everything has healed.
 *
 * <p>{@code Simulation} is one world; {@code Sim…} what it is made of; {@code Workload} and {@code
 * Faults} what happens in it; {@code Oracle} with {@code LeaderWatch}, {@code ClientWatch} and
 * {@code PurgeCalls} what is checked.
 */
@NullMarked
package io.quorate.raftqueue.simulation;

import org.jspecify.annotations.NullMarked;
