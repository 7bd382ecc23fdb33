/**
 * The parts of a start and a stop that need no broker: exit codes, the lock of the data directory,
 * the check of the ports, health, logging. Depends on the settings and on the store's api package
 * only.
 */
@NullMarked
package io.quorate.node.lifecycle;

import org.jspecify.annotations.NullMarked;
