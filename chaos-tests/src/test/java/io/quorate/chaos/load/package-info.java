/** The harness's publishers and consumers for tests that do to their cluster what they like. */
@NullMarked
package io.quorate.chaos.load;

import org.jspecify.annotations.NullMarked;
