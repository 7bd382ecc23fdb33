/**
 * An agent that changes a node's classes when they are loaded, one fault of the program at a time.
 * What it puts in is in the packages of the classes that it changes.
 */
@NullMarked
package io.quorate.chaos.mutants;

import org.jspecify.annotations.NullMarked;
