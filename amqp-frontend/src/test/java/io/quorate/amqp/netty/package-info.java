/** Tests of the AMQP server through real sockets, over a store of one node. */
@NullMarked
package io.quorate.amqp.netty;

import org.jspecify.annotations.NullMarked;
