/** Tests of the frontend's structure. */
@NullMarked
package io.quorate.amqp;

import org.jspecify.annotations.NullMarked;
