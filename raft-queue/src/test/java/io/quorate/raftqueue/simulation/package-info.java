/**
 * A seeded, single-threaded simulation of whole shards: the real replicas, leaders and clients on
 * virtual time, a model of Raft's contract and links that delay and break. Safety is checked at
 * each step, liveness after everything has healed.
 */
@NullMarked
package io.quorate.raftqueue.simulation;

import org.jspecify.annotations.NullMarked;
