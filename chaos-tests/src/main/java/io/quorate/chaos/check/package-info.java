/**
 * Checkers: what a history says about each guarantee. Plain Java: no client, no cluster, no clock.
 * Knows {@code history} only.
 */
@NullMarked
package io.quorate.chaos.check;

import org.jspecify.annotations.NullMarked;
