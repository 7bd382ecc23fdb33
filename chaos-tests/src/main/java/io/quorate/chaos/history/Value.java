package io.quorate.chaos.history;

/**
 * The message that an event is about, with the checksum of its body as it was sent or received.
 *
 * @param message what it says it is; with a publisher of -1 if the body says nothing of the kind
 * @param crc CRC-32 of the whole body
 */
public record Value(Message message, int crc) {

  public static Value of(int publisher, int counter, int crc) {
    return new Value(new Message(publisher, counter), crc);
  }

  /** Reads what {@link #toString} wrote. */
  static Value parse(String text) {
    int first = text.indexOf('-', 1);
    int second = text.indexOf('-', first + 2);
    if (first < 0 || second < 0) {
      throw new IllegalArgumentException("not publisher-counter-crc: " + text);
    }
    return of(
        Integer.parseInt(text, 0, first, 10),
        Integer.parseInt(text, first + 1, second, 10),
        Integer.parseUnsignedInt(text, second + 1, text.length(), 16));
  }

  /** As in the history: {@code publisher-counter-crc}, the checksum in hexadecimal. */
  @Override
  public String toString() {
    return message.publisher() + "-" + message.counter() + "-" + Integer.toHexString(crc);
  }
}
