/** More than a cluster can take: what is bounded, and who waits. */
@NullMarked
package io.quorate.chaos.overload;

import org.jspecify.annotations.NullMarked;
