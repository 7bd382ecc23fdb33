/** Nodes in Docker containers, through Testcontainers. */
@NullMarked
package io.quorate.chaos.sut.containers;

import org.jspecify.annotations.NullMarked;
