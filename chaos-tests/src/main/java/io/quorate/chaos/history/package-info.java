/**
 * Histories: what clients did and saw, when, and what was done to the cluster meanwhile. One line
 * of {@code history.jsonl} per event. Plain Java: no client, no cluster; knows no other package of
 * this module.
 */
@NullMarked
package io.quorate.chaos.history;

import org.jspecify.annotations.NullMarked;
