package io.quorate.node.config;

/**
 * How the text of a setting becomes a value. Implementations are immutable.
 *
 * @param <T> what the text is turned into
 */
interface ValueType<T> {

  /**
   * Reads and checks a value.
   *
   * @param text as written by the user, trimmed
   * @throws IllegalArgumentException with a text that says what would be right and reads on after
   *     "{@code amqp.port = abc: }"
   */
  T parse(String text);

  /** What is accepted, units included, for the reference: "a whole number, 1 to 65535". */
  String description();
}
