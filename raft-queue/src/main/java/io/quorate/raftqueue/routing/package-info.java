/**
 * Which queues a message goes to: the exchange types of AMQP 0-9-1 (section 3.1.3) with RabbitMQ's
 * exchange-to-exchange bindings and alternate exchanges. Plain data structures: may depend on the
 * definitions' types in {@code api} and on the JDK, nothing else.
 *
 * <p>Thread rule of the whole package: one writer at a time, and no reader meanwhile, except where
 * a method says that it may be called beside a writer.
 */
@NullMarked
package io.quorate.raftqueue.routing;

import org.jspecify.annotations.NullMarked;
