/**
 * The AMQP server on Netty: sockets, buffers, heartbeats, back-pressure. What the protocol means is
 * the engine's; this package only carries bytes to and from it.
 */
@NullMarked
package io.quorate.amqp.netty;

import org.jspecify.annotations.NullMarked;
