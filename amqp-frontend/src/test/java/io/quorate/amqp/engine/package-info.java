/** Tests of the parts of the protocol engine that stand alone. */
@NullMarked
package io.quorate.amqp.engine;

import org.jspecify.annotations.NullMarked;
