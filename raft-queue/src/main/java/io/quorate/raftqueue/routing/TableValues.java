package io.quorate.raftqueue.routing;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Equality of AMQP table values: by value, where the width of an integer or a float is no part of
 * the value (clients choose widths freely). Other types are kept apart: {@code 1}, {@code 1.0},
 * {@code "1"} and {@code true} all differ. The order of a table's fields doesn't matter.
 */
public final class TableValues {

  private static final int MAX_DESCRIBED_CHARS = 64;

  private TableValues() {}

  /** Recurses no deeper than the flatter of the two values. */
  public static boolean same(@Nullable Object a, @Nullable Object b) {
    if (a == null || b == null) {
      return a == b;
    }
    if (isInteger(a)) {
      return isInteger(b) && ((Number) a).longValue() == ((Number) b).longValue();
    }
    if (isFloating(a)) {
      return isFloating(b)
          && Double.compare(((Number) a).doubleValue(), ((Number) b).doubleValue()) == 0;
    }
    if (a instanceof BigDecimal x) {
      return b instanceof BigDecimal y && x.compareTo(y) == 0;
    }
    if (a instanceof byte[] x) {
      return b instanceof byte[] y && Arrays.equals(x, y);
    }
    if (a instanceof List<?> x) {
      return b instanceof List<?> y && sameList(x, y);
    }
    if (a instanceof Map<?, ?> x) {
      return b instanceof Map<?, ?> y && sameTable(x, y);
    }
    return a.equals(b);
  }

  /** A hash that agrees with {@link #same}. */
  public static int hash(@Nullable Object value) {
    if (value == null) {
      return 0;
    }
    if (isInteger(value)) {
      return Long.hashCode(((Number) value).longValue());
    }
    if (isFloating(value)) {
      return Double.hashCode(((Number) value).doubleValue());
    }
    if (value instanceof BigDecimal decimal) {
      return decimal.stripTrailingZeros().hashCode();
    }
    if (value instanceof byte[] bytes) {
      return Arrays.hashCode(bytes);
    }
    int hash = 1;
    if (value instanceof List<?> list) {
      for (Object element : list) {
        hash = 31 * hash + hash(element);
      }
      return hash;
    }
    if (value instanceof Map<?, ?> table) {
      // A sum, since fields have no order.
      for (Map.Entry<?, ?> field : table.entrySet()) {
        hash += field.getKey().hashCode() ^ (31 * hash(field.getValue()));
      }
      return hash;
    }
    return value.hashCode();
  }

  /** AMQP's name of the value's type, for error texts. */
  public static String typeName(@Nullable Object value) {
    if (value == null) {
      return "void";
    } else if (value instanceof Boolean) {
      return "bool";
    } else if (value instanceof Byte) {
      return "byte";
    } else if (value instanceof Short) {
      return "short";
    } else if (value instanceof Integer) {
      return "signedint";
    } else if (value instanceof Long) {
      return "long";
    } else if (value instanceof Float) {
      return "float";
    } else if (value instanceof Double) {
      return "double";
    } else if (value instanceof BigDecimal) {
      return "decimal";
    } else if (value instanceof String) {
      return "longstr";
    } else if (value instanceof byte[]) {
      return "binary";
    } else if (value instanceof Date) {
      return "timestamp";
    } else if (value instanceof List) {
      return "array";
    } else if (value instanceof Map) {
      return "table";
    }
    return value.getClass().getSimpleName();
  }

  /** The value in an error text: the same on every machine, and short whatever it holds. */
  public static String describe(@Nullable Object value) {
    String type = "of type '" + typeName(value) + "'";
    return value == null || hasParts(value)
        ? "a value " + type
        : "the value " + describeValue(value) + " " + type;
  }

  /** A value in quotes, as error texts show it without its type; what has parts by its type. */
  public static String describeValue(@Nullable Object value) {
    if (value == null || hasParts(value)) {
      return "a value of type '" + typeName(value) + "'";
    }
    // Not Date.toString, which depends on the time zone.
    String text = value instanceof Date date ? date.toInstant().toString() : value.toString();
    boolean cut = text.length() > MAX_DESCRIBED_CHARS;
    return "'" + (cut ? text.substring(0, MAX_DESCRIBED_CHARS) + "…" : text) + "'";
  }

  private static boolean hasParts(Object value) {
    return value instanceof byte[] || value instanceof List || value instanceof Map;
  }

  /** Whether the value is of one of AMQP's integer types. */
  public static boolean isInteger(@Nullable Object value) {
    return value instanceof Integer
        || value instanceof Long
        || value instanceof Short
        || value instanceof Byte;
  }

  private static boolean isFloating(Object value) {
    return value instanceof Double || value instanceof Float;
  }

  private static boolean sameList(List<?> a, List<?> b) {
    if (a.size() != b.size()) {
      return false;
    }
    for (int i = 0; i < a.size(); i++) {
      if (!same(a.get(i), b.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean sameTable(Map<?, ?> a, Map<?, ?> b) {
    if (a.size() != b.size()) {
      return false;
    }
    for (Map.Entry<?, ?> field : a.entrySet()) {
      if (!b.containsKey(field.getKey()) || !same(field.getValue(), b.get(field.getKey()))) {
        return false;
      }
    }
    return true;
  }
}
