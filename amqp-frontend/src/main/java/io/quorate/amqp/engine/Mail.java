package io.quorate.amqp.engine;

import org.jspecify.annotations.Nullable;

/**
 * Something that a thread of the store has to tell a connection. Posted once; {@link #deliver} runs
 * on the connection's thread.
 */
abstract class Mail {

  /** The mail posted before this one; owned by {@link Mailbox}. */
  @Nullable Mail previous;

  abstract void deliver();
}
