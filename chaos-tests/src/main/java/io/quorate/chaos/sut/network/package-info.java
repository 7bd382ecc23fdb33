/** The network between nodes that have a Linux network namespace each. Needs root. */
@NullMarked
package io.quorate.chaos.sut.network;

import org.jspecify.annotations.NullMarked;
