/** Nodes that are killed, frozen, left behind: what the cluster must keep while they are. */
@NullMarked
package io.quorate.chaos.fault;

import org.jspecify.annotations.NullMarked;
