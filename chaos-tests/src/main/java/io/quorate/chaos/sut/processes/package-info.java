/** Nodes as processes of this machine: in network namespaces as root, else on loopback. */
@NullMarked
package io.quorate.chaos.sut.processes;

import org.jspecify.annotations.NullMarked;
