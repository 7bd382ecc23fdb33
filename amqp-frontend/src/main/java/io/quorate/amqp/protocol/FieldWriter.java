package io.quorate.amqp.protocol;

import java.math.BigDecimal;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes the field types of AMQP 0-9-1; the counterpart of {@link WireReader}, stateless. A value
 * that does not fit its type is an {@link IllegalArgumentException}.
 */
public final class FieldWriter {
  /** The longest short string, in octets. */
  public static final int MAX_SHORT_STRING_OCTETS = 255;

  private static final int MIN_DECIMAL_SCALE = 0;
  private static final int MAX_DECIMAL_SCALE = 255;

  private FieldWriter() {}

  /** Writes 0 to 255. */
  public static void octet(WireWriter out, int value) {
    if ((value & ~0xff) != 0) {
      throw new IllegalArgumentException(value + " does not fit an octet");
    }
    out.putByte(value);
  }

  /** Writes 0 to 65,535. */
  public static void shortUint(WireWriter out, int value) {
    if ((value & ~0xffff) != 0) {
      throw new IllegalArgumentException(value + " does not fit a short");
    }
    out.putShort(value);
  }

  /** Writes 0 to 4,294,967,295. */
  public static void longUint(WireWriter out, long value) {
    if ((value & ~0xffff_ffffL) != 0) {
      throw new IllegalArgumentException(value + " does not fit a long");
    }
    out.putInt((int) value);
  }

  /** Writes a text of at most {@value #MAX_SHORT_STRING_OCTETS} octets. */
  public static void shortString(WireWriter out, String value) {
    int length = out.position();
    out.putByte(0);
    int octets = out.putText(value);
    if (octets > MAX_SHORT_STRING_OCTETS) {
      throw new IllegalArgumentException("a short string of " + octets + " octets, more than 255");
    }
    out.setByte(length, octets);
  }

  /** Writes a text as a long string. */
  public static void longString(WireWriter out, String value) {
    int length = out.position();
    out.putInt(0);
    out.setInt(length, out.putText(value));
  }

  /** Writes octets as a long string. */
  public static void longBytes(WireWriter out, byte[] value) {
    out.putInt(value.length);
    out.putBytes(value, 0, value.length);
  }

  /**
   * Writes a field table. Values: null, String, byte[], Boolean, Byte, Short, Integer, Long, Float,
   * Double, BigDecimal (scale 0 to 255, 32 bits unscaled), Date (cut to seconds), Map with keys
   * that are Strings, List; nested as deep as a reader takes.
   */
  public static void table(WireWriter out, Map<String, ? extends @Nullable Object> value) {
    table(out, value, 1);
  }

  private static void table(WireWriter out, Map<?, ?> table, int depth) {
    int length = begin(out, depth);
    for (Map.Entry<?, ?> entry : table.entrySet()) {
      if (!(entry.getKey() instanceof String)) {
        throw new IllegalArgumentException("a key of a field table that is no String");
      }
      shortString(out, (String) entry.getKey());
      value(out, entry.getValue(), depth);
    }
    end(out, length);
  }

  private static void array(WireWriter out, List<?> array, int depth) {
    int length = begin(out, depth);
    for (Object element : array) {
      value(out, element, depth);
    }
    end(out, length);
  }

  private static int begin(WireWriter out, int depth) {
    if (depth > FieldTables.MAX_DEPTH) {
      throw new IllegalArgumentException(
          "tables and arrays nested more than " + FieldTables.MAX_DEPTH + " deep");
    }
    int length = out.position();
    out.putInt(0);
    return length;
  }

  private static void end(WireWriter out, int length) {
    out.setInt(length, out.position() - length - Integer.BYTES);
  }

  private static void value(WireWriter out, @Nullable Object value, int depth) {
    if (value == null) {
      out.putByte('V');
    } else if (value instanceof String) {
      out.putByte('S');
      longString(out, (String) value);
    } else if (value instanceof byte[]) {
      out.putByte('x');
      longBytes(out, (byte[]) value);
    } else if (value instanceof Boolean) {
      out.putByte('t');
      out.putByte((Boolean) value ? 1 : 0);
    } else if (value instanceof Number) {
      number(out, (Number) value);
    } else if (value instanceof Date) {
      out.putByte('T');
      out.putLong(Math.floorDiv(((Date) value).getTime(), 1000L));
    } else if (value instanceof Map) {
      out.putByte('F');
      table(out, (Map<?, ?>) value, depth + 1);
    } else if (value instanceof List) {
      out.putByte('A');
      array(out, (List<?>) value, depth + 1);
    } else {
      throw new IllegalArgumentException(
          "a field table cannot hold a " + value.getClass().getName());
    }
  }

  private static void number(WireWriter out, Number value) {
    if (value instanceof Integer) {
      out.putByte('I');
      out.putInt((Integer) value);
    } else if (value instanceof Long) {
      out.putByte('l');
      out.putLong((Long) value);
    } else if (value instanceof Short) {
      out.putByte('s');
      out.putShort((Short) value);
    } else if (value instanceof Byte) {
      out.putByte('b');
      out.putByte((Byte) value);
    } else if (value instanceof Double) {
      out.putByte('d');
      out.putLong(Double.doubleToRawLongBits((Double) value));
    } else if (value instanceof Float) {
      out.putByte('f');
      out.putInt(Float.floatToRawIntBits((Float) value));
    } else if (value instanceof BigDecimal) {
      decimal(out, (BigDecimal) value);
    } else {
      throw new IllegalArgumentException(
          "a field table cannot hold a " + value.getClass().getName());
    }
  }

  private static void decimal(WireWriter out, BigDecimal value) {
    boolean fits =
        value.scale() >= MIN_DECIMAL_SCALE
            && value.scale() <= MAX_DECIMAL_SCALE
            && value.unscaledValue().bitLength() < Integer.SIZE;
    if (!fits) {
      throw new IllegalArgumentException(
          value + " does not fit a decimal: scale 0 to 255, 32 bits");
    }
    out.putByte('D');
    out.putByte(value.scale());
    out.putInt(value.unscaledValue().intValue());
  }
}
