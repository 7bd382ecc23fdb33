package io.quorate.amqp.protocol;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Values of every field type, the extremes among them, from a seed. */
final class RandomValues {
  private final Random random;

  RandomValues(long seed) {
    random = new Random(seed);
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  byte[] octets(int length) {
    byte[] out = new byte[length];
    random.nextBytes(out);
    return out;
  }

  /** A value of a type of the description. */
  Object ofType(String type, boolean binary) {
    return switch (type) {
      case "bit" -> random.nextBoolean();
      case "octet" -> unsignedBits(8).intValue();
      case "short" -> unsignedBits(16).intValue();
      case "long" -> unsignedBits(32).longValue();
      case "longlong", "timestamp" -> unsignedBits(64).longValue();
      case "shortstr" -> shortString();
      case "longstr" -> binary ? octets(random.nextInt(600)) : text(random.nextInt(600));
      case "table" -> table(3);
      default -> throw new IllegalArgumentException(type);
    };
  }

  Map<String, @Nullable Object> table(int depth) {
    Map<String, @Nullable Object> out = new LinkedHashMap<>();
    int entries = random.nextInt(5);
    for (int i = 0; i < entries; i++) {
      out.put(shortString(), value(depth));
    }
    return out;
  }

  String shortString() {
    return switch (random.nextInt(5)) {
      case 0 -> "";
      case 1 -> "x".repeat(255);
      case 2 -> OctetText.truncate(text(255), 255);
      default -> "queue-" + random.nextInt(1000);
    };
  }

  private String text(int codePoints) {
    StringBuilder out = new StringBuilder();
    while (out.length() < codePoints) {
      int codePoint = random.nextInt(1 << (random.nextBoolean() ? 7 : 16));
      if (random.nextInt(10) == 0) {
        codePoint = 0x10000 + random.nextInt(0x100000);
      }
      boolean surrogate =
          codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
      if (!surrogate && codePoint < 0x10ff80) {
        out.appendCodePoint(codePoint);
      }
    }
    return out.toString();
  }

  private BigInteger unsignedBits(int bits) {
    return switch (random.nextInt(4)) {
      case 0 -> BigInteger.ZERO;
      case 1 -> BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE);
      default -> new BigInteger(bits, random);
    };
  }

  private @Nullable Object value(int depth) {
    return switch (random.nextInt(depth > 0 ? 15 : 13)) {
      case 0 -> null;
      case 1 -> random.nextBoolean();
      case 2 -> unsignedBits(8).byteValue();
      case 3 -> unsignedBits(16).shortValue();
      case 4 -> unsignedBits(32).intValue();
      case 5 -> unsignedBits(64).longValue();
      case 6 -> random.nextFloat();
      case 7 -> random.nextDouble();
      case 8 -> new BigDecimal(BigInteger.valueOf(random.nextInt()), random.nextInt(256));
      case 9 -> text(random.nextInt(40));
      case 10 -> OctetText.decode(new byte[] {(byte) 0xff, (byte) random.nextInt()}, 0, 2);
      case 11 -> octets(random.nextInt(40));
      case 12 -> new Date(random.nextInt() * 1000L);
      case 13 -> table(depth - 1);
      default -> list(depth - 1);
    };
  }

  private List<@Nullable Object> list(int depth) {
    List<@Nullable Object> out = new ArrayList<>();
    int elements = random.nextInt(5);
    for (int i = 0; i < elements; i++) {
      out.add(value(depth));
    }
    return out;
  }
}
