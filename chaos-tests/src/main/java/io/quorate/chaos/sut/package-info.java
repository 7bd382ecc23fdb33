/**
 * Clusters under test behind one interface, whatever their nodes run in, and what can be done to
 * them. Knows {@code cluster} (the command line, processes, waiting); the providers are in packages
 * below.
 */
@NullMarked
package io.quorate.chaos.sut;

import org.jspecify.annotations.NullMarked;
