package io.quorate.amqp.protocol;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads field tables with the types and the signedness that RabbitMQ and its clients use (its
 * errata to specification 4.2.1, which differ from the specification's grammar):
 *
 * <pre>
 * t Boolean           b Byte              B Short (unsigned octet)
 * s Short             u Integer (unsigned short)
 * I Integer           i Long (unsigned long)    l, L Long
 * f Float             d Double            D BigDecimal (scale octet, signed 32 bits)
 * S String, see {@link OctetText}
 * x byte[]            T Date (64 bits of seconds)
 * A List              F Map               V null
 * </pre>
 *
 * <p>Written back, B, u, i and L become the signed type of the same Java class (s, I, l, l), same
 * value. Tables and arrays nest {@value #MAX_DEPTH} deep at most.
 */
final class FieldTables {
  /** Deeper than this a table is refused: clients nest a handful, the reader's stack is finite. */
  static final int MAX_DEPTH = 64;

  private static final long MAX_SECONDS = Long.MAX_VALUE / 1000;

  private final WireReader in;
  private int depth;

  FieldTables(WireReader in) {
    this.in = in;
  }

  Map<String, @Nullable Object> table() {
    int outer = descend();
    if (in.remaining() == 0) {
      ascend(outer);
      return Map.of();
    }
    Map<String, @Nullable Object> out = new LinkedHashMap<>();
    while (in.remaining() > 0) {
      String key = in.shortString();
      out.put(key, value(key));
    }
    ascend(outer);
    return Collections.unmodifiableMap(out);
  }

  private List<@Nullable Object> array() {
    int outer = descend();
    if (in.remaining() == 0) {
      ascend(outer);
      return List.of();
    }
    List<@Nullable Object> out = new ArrayList<>();
    while (in.remaining() > 0) {
      out.add(value("an array's element"));
    }
    ascend(outer);
    return Collections.unmodifiableList(out);
  }

  private int descend() {
    if (++depth > MAX_DEPTH) {
      throw in.error("tables and arrays nested more than " + MAX_DEPTH + " deep");
    }
    return in.enter(in.announced());
  }

  private void ascend(int outer) {
    in.leave(outer);
    depth--;
  }

  private @Nullable Object value(String of) {
    int type = in.octet();
    return switch (type) {
      case 't' -> in.octet() != 0;
      case 'b' -> (byte) in.signed(1);
      case 'B' -> (short) in.octet();
      case 's' -> (short) in.signed(2);
      case 'u' -> in.shortUint();
      case 'I' -> in.signed(4);
      case 'i' -> in.longUint();
      case 'l', 'L' -> in.longLong();
      case 'f' -> Float.intBitsToFloat(in.signed(4));
      case 'd' -> Double.longBitsToDouble(in.longLong());
      case 'D' -> decimal();
      case 'S' -> in.longString();
      case 'x' -> in.longBytes();
      case 'T' -> date(of);
      case 'A' -> array();
      case 'F' -> table();
      case 'V' -> null;
      default ->
          throw in.error(
              "the value of "
                  + of
                  + " has type 0x"
                  + Integer.toHexString(type)
                  + ", not one of tbBsuIilLfdDSxTAFV");
    };
  }

  private BigDecimal decimal() {
    int scale = in.octet();
    return new BigDecimal(BigInteger.valueOf(in.signed(4)), scale);
  }

  private Date date(String of) {
    long seconds = in.longLong();
    if (seconds > MAX_SECONDS || seconds < -MAX_SECONDS) {
      throw in.error(
          "the value of " + of + " is a timestamp of " + seconds + " seconds, too far away");
    }
    return new Date(seconds * 1000);
  }
}
