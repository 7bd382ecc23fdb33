/**
 * The settings of the AMQP frontend. Depends on nothing else of this module; {@code netty} holds
 * the server, {@code engine} the protocol's logic, {@code protocol} the codec.
 */
@NullMarked
package io.quorate.amqp;

import org.jspecify.annotations.NullMarked;
