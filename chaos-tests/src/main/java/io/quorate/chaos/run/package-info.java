/**
 * The command line: runs workloads under faults and judges them. The only package that knows all
 * the others.
 */
@NullMarked
package io.quorate.chaos.run;

import org.jspecify.annotations.NullMarked;
