/**
 * What is done to a cluster under test: the faults, and the schedule that says when which of them
 * happens. Knows {@code sut} and {@code history}; nothing of workloads and checkers.
 */
@NullMarked
package io.quorate.chaos.fault;

import org.jspecify.annotations.NullMarked;
