/** Tests of the wire protocol: golden octets, round trips by the description, splits, garbage. */
@NullMarked
package io.quorate.amqp.protocol;

import org.jspecify.annotations.NullMarked;
