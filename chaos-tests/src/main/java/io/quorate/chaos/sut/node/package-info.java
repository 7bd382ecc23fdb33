/**
 * What clusters of all providers share whose nodes have an address, a network namespace and a
 * directory each.
 */
@NullMarked
package io.quorate.chaos.sut.node;

import org.jspecify.annotations.NullMarked;
