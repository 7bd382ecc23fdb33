/**
 * Workloads: what clients do to a cluster while it is broken and healed, written down as a history.
 * They use the standard Java client. Knows {@code history}, {@code sut} and {@code cluster}.
 */
@NullMarked
package io.quorate.chaos.workload;

import org.jspecify.annotations.NullMarked;
