package io.quorate.amqp.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Strict UTF-8: what is not UTF-8 is never turned into replacement characters. */
public final class Utf8 {
  private Utf8() {}

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
    if (codePoint < 0x80) {
      return 1;
    }
    if (codePoint < 0x800) {
      return 2;
    }
    return codePoint < 0x10000 ? 3 : 4;
  }

  /** The text of these octets, null when they are not UTF-8. */
  static @Nullable String decode(byte[] octets, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      if (octets[i] < 0) {
        return decodeStrictly(octets, offset, length);
      }
    }
    return new String(octets, offset, length, StandardCharsets.ISO_8859_1);
  }

  private static @Nullable String decodeStrictly(byte[] octets, int offset, int length) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(octets, offset, length))
          .toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
