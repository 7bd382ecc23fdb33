/** JMH benchmarks of what runs for each message: codec, routing, queue logic. */
@NullMarked
package io.quorate.benchmarks;

import org.jspecify.annotations.NullMarked;
