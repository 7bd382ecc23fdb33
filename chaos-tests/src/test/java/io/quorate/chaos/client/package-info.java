/** Ordinary AMQP 0-9-1 clients, unmodified, against every node. */
@NullMarked
package io.quorate.chaos.client;

import org.jspecify.annotations.NullMarked;
