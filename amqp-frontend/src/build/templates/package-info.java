/**
 * The methods of AMQP 0-9-1, a record each, generated from {@code
 * src/main/protocol/amqp0-9-1.json}; depends on {@code io.quorate.amqp.protocol} only.
 */
@NullMarked
package io.quorate.amqp.protocol.method;

import org.jspecify.annotations.NullMarked;
