package io.quorate.amqp.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The strings of the protocol as Java's, and back to the same octets. Strings are meant to be
 * UTF-8, but RabbitMQ takes any octets, and clients use that. An octet that belongs to no character
 * becomes a code point of its own, U+10FF80 to U+10FFFF (the end of a plane for private use); those
 * code points themselves, should a client send them, are taken for octets that belong to no
 * character. So different octets are always different strings, and all of them can be stored as
 * UTF-8 elsewhere.
 */
public final class OctetText {

  /** Added to an octet that belongs to no character. */
  private static final int STRAY = 0x10ff00;

  private static final int FIRST_STRAY = STRAY + 0x80;

  /** Begins the code points of stray octets, and some others. */
  private static final char STRAY_SURROGATE = Character.highSurrogate(FIRST_STRAY);

  private OctetText() {}

  /** The text of these octets. */
  public static String decode(byte[] octets, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      if (octets[i] < 0) {
        return decodeBeyondAscii(octets, offset, length);
      }
    }
    return new String(octets, offset, length, StandardCharsets.ISO_8859_1);
  }

  private static String decodeBeyondAscii(byte[] octets, int offset, int length) {
    int end = offset + length;
    StringBuilder text = new StringBuilder(length);
    int i = offset;
    while (i < end) {
      int codePoint = codePoint(octets, i, end);
      boolean stray = codePoint < 0 || isStray(codePoint);
      text.appendCodePoint(stray ? STRAY + (octets[i] & 0xff) : codePoint);
      i += stray ? 1 : octets(codePoint);
    }
    return text.toString();
  }

  /** The character that begins here, or -1. */
  private static int codePoint(byte[] octets, int from, int end) {
    int first = octets[from] & 0xff;
    if (first < 0x80) {
      return first;
    }
    int size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (first < 0xc2 || first > 0xf4 || from + size > end) {
      return -1;
    }
    int codePoint = first & (0xff >> (size + 1));
    for (int i = from + 1; i < from + size; i++) {
      if ((octets[i] & 0xc0) != 0x80) {
        return -1;
      }
      codePoint = codePoint << 6 | (octets[i] & 0x3f);
    }
    boolean surrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
    boolean shortest = size == 2 || codePoint >= (size == 3 ? 0x800 : 0x10000);
    return surrogate || !shortest || codePoint > Character.MAX_CODE_POINT ? -1 : codePoint;
  }

  private static boolean isStray(int codePoint) {
    return codePoint >= FIRST_STRAY;
  }

  /** Quick: false if a text has nothing but characters. */
  public static boolean mayHaveStrays(String text) {
    return text.indexOf(STRAY_SURROGATE) >= 0;
  }

  /** Whether the octets of a text are all characters. */
  static boolean isUtf8(String text) {
    if (!mayHaveStrays(text)) {
      return true;
    }
    byte[] octets = encode(text);
    int i = 0;
    while (i < octets.length) {
      int codePoint = codePoint(octets, i, octets.length);
      if (codePoint < 0) {
        return false;
      }
      i += isStray(codePoint) ? 4 : octets(codePoint);
    }
    return true;
  }

  /**
   * The octets that {@link #decode} was given; a surrogate without its partner is a question mark.
   */
  public static byte[] encode(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    if (!mayHaveStrays(text)) {
      return utf8;
    }
    ByteBuffer octets = ByteBuffer.allocate(utf8.length);
    text.codePoints()
        .forEach(
            codePoint -> {
              if (isStray(codePoint)) {
                octets.put((byte) codePoint);
              } else {
                octets.put(Character.toString(codePoint).getBytes(StandardCharsets.UTF_8));
              }
            });
    byte[] out = new byte[octets.position()];
    octets.flip().get(out);
    return out;
  }

  /**
   * The longest start of a text that takes at most so many octets; never splits a character.
   *
   * @param maxOctets at least 0
   */
  public static String truncate(String text, int maxOctets) {
    int octets = 0;
    int i = 0;
    while (i < text.length()) {
      int codePoint = text.codePointAt(i);
      octets += octets(codePoint);
      if (octets > maxOctets) {
        return text.substring(0, i);
      }
      i += Character.charCount(codePoint);
    }
    return text;
  }

  private static int octets(int codePoint) {
    if (codePoint < 0x80 || isStray(codePoint)) {
      return 1;
    }
    if (codePoint < 0x800) {
      return 2;
    }
    return codePoint < 0x10000 ? 3 : 4;
  }
}
