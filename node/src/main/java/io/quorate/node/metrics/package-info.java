/**
 * The figures of a node: the meter registry with its JVM meters, the figures of shards and of the
 * longest queues. Sees the store through {@code io.quorate.raftqueue.api} only. The names are
 * documented in docs/metrics.md.
 */
@NullMarked
package io.quorate.node.metrics;

import org.jspecify.annotations.NullMarked;
