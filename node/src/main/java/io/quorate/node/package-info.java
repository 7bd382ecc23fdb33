/**
 * The process: command line, orderly start and stop, exit codes. Wires the store, the AMQP
 * frontend, the admin API and the HTTP port together; the only package that sees all of them.
 */
@NullMarked
package io.quorate.node;

import org.jspecify.annotations.NullMarked;
