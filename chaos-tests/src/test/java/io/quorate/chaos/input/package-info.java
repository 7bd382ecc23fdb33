/**
 * Bytes that no proper client sends: the one who sends them is told or cut off, everybody else goes
 * on.
 */
@NullMarked
package io.quorate.chaos.input;

import org.jspecify.annotations.NullMarked;
