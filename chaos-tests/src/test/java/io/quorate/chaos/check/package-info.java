/**
 * Histories of what clients did and saw, and the checkers that judge them. Plain Java: no client,
 * no cluster, no clock.
 */
@NullMarked
package io.quorate.chaos.check;

import org.jspecify.annotations.NullMarked;
