/**
 * The wire protocol AMQP 0-9-1 as bytes and values: frames, methods, field tables, content headers.
 *
 * <p>Pure: it depends on {@code java.nio} and {@code java.util} only, does no I/O and starts no
 * thread. Methods, reply codes, constants and the basic properties are generated from {@code
 * src/main/protocol/amqp0-9-1.json}. What a peer sends wrongly is a {@link
 * io.quorate.amqp.protocol.ProtocolException} and nothing else: malformed framing is FRAME_ERROR, a
 * malformed payload SYNTAX_ERROR. What this process asks to write wrongly is an {@link
 * java.lang.IllegalArgumentException}.
 */
@NullMarked
package io.quorate.amqp.protocol;

import org.jspecify.annotations.NullMarked;
