package io.quorate.amqp.protocol;

/**
 * A method of the protocol; immutable but for the arrays and tables it holds, which their readers
 * leave alone.
 *
 * <p>The ids are those of {@link #methodType()}, for {@code connection.close} and {@code
 * channel.close} have fields named class-id and method-id of another meaning.
 */
public interface Method {
  /** Which method this is; a switch over it can be exhaustive. */
  MethodType methodType();

  /** The name, as {@code queue.declare}. */
  default String name() {
    return methodType().protocolName();
  }

  /** Whether a content header and a body follow. */
  default boolean hasContent() {
    return methodType().hasContent();
  }

  /**
   * Writes the fields, reserved ones as zero or empty, without the ids.
   *
   * @throws IllegalArgumentException when a value does not fit its field; part of the fields may
   *     have been written then
   */
  void write(WireWriter out);
}
