/**
 * Publishers and consumers that write down what they do and see. They use the standard Java client;
 * depends on the packages {@code check} and {@code cluster}.
 */
@NullMarked
package io.quorate.chaos.load;

import org.jspecify.annotations.NullMarked;
