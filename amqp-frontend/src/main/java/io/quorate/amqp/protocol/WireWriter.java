package io.quorate.amqp.protocol;

import java.nio.ByteBuffer;

/**
 * Where encoded octets go, in network byte order; it grows as needed. Lengths that are known only
 * after what they measure are put in afterwards, by position. Not thread-safe.
 */
public interface WireWriter {
  /** Appends the low 8 bits. */
  void putByte(int value);

  /** Appends the low 16 bits. */
  void putShort(int value);

  /** Appends 32 bits. */
  void putInt(int value);

  /** Appends 64 bits. */
  void putLong(long value);

  /** Appends {@code length} octets from {@code offset} on. */
  void putBytes(byte[] source, int offset, int length);

  /** Appends what is left in the source, and moves its position to its limit. */
  void putBytes(ByteBuffer source);

  /** The position of the next octet; only differences and the setters below give it a meaning. */
  int position();

  /** Overwrites an octet that was written at this position. */
  void setByte(int position, int value);

  /** Overwrites four octets that were written from this position on. */
  void setInt(int position, int value);

  /**
   * Appends the octets of a text, see {@link OctetText}.
   *
   * @return the octets it took
   */
  default int putText(String text) {
    int length = text.length();
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        byte[] rest = OctetText.encode(text.substring(i));
        putBytes(rest, 0, rest.length);
        return i + rest.length;
      }
      putByte(c);
    }
    return length;
  }
}
