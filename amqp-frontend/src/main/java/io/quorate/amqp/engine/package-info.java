/**
 * The AMQP 0-9-1 protocol engine: turns frames and the store's answers into frames and calls of the
 * store.
 *
 * <p>Pure: no Netty, no threads and no clock of its own; all calls for one connection are made on
 * one thread. Depends on {@code io.quorate.amqp.protocol} and the api package of raft-queue (held
 * by ArchUnit).
 */
@NullMarked
package io.quorate.amqp.engine;

import org.jspecify.annotations.NullMarked;
