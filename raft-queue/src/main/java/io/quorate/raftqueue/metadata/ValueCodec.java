package io.quorate.raftqueue.metadata;

import com.google.protobuf.ByteString;
import io.quorate.log.v1.Decimal;
import io.quorate.log.v1.Table;
import io.quorate.log.v1.TableField;
import io.quorate.log.v1.TableList;
import io.quorate.log.v1.TableValue;
import io.quorate.log.v1.TableVoid;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Argument tables to and from the log's format; AMQP's types stay what they are. */
final class ValueCodec {

  /**
   * How deep tables and lists may be nested. Protobuf reads no more than 100 messages deep, and a
   * level here takes three.
   */
  static final int MAX_DEPTH = 16;

  private ValueCodec() {}

  /**
   * @throws IllegalArgumentException if it is nested too deep or holds something that is no AMQP
   *     value
   */
  static Table encode(Map<String, Object> table) {
    return table.isEmpty() ? Table.getDefaultInstance() : encodeTable(table, 1);
  }

  /** Answers unmodifiable tables. */
  static Map<String, Object> decode(Table table) {
    if (table.getFieldsCount() == 0) {
      return Map.of();
    }
    // Not Map.copyOf: the order is kept, and void is null.
    Map<String, @Nullable Object> fields = new LinkedHashMap<>(table.getFieldsCount() * 2);
    for (TableField field : table.getFieldsList()) {
      fields.put(field.getName(), decode(field.getValue()));
    }
    @SuppressWarnings({"unchecked", "NullAway"})
    Map<String, Object> decoded = (Map<String, Object>) (Map<String, ?>) fields;
    return Collections.unmodifiableMap(decoded);
  }

  private static Table encodeTable(Map<?, ?> table, int depth) {
    Table.Builder encoded = Table.newBuilder();
    table.forEach(
        (name, value) ->
            encoded.addFields(
                TableField.newBuilder().setName((String) name).setValue(encode(value, depth))));
    return encoded.build();
  }

  private static TableValue encode(@Nullable Object value, int depth) {
    TableValue.Builder encoded = TableValue.newBuilder();
    if (value == null) {
      encoded.setVoidValue(TableVoid.getDefaultInstance());
    } else if (value instanceof String v) {
      encoded.setStringValue(v);
    } else if (value instanceof Boolean v) {
      encoded.setBoolValue(v);
    } else if (value instanceof byte[] v) {
      encoded.setBytesValue(ByteString.copyFrom(v));
    } else if (value instanceof Date v) {
      encoded.setTimestampMs(v.getTime());
    } else if (value instanceof Number v) {
      encodeNumber(v, encoded);
    } else if (depth == MAX_DEPTH && (value instanceof List || value instanceof Map)) {
      throw new IllegalArgumentException(
          "argument tables may be nested " + MAX_DEPTH + " deep at most");
    } else if (value instanceof Map<?, ?> v) {
      encoded.setTable(encodeTable(v, depth + 1));
    } else if (value instanceof List<?> v) {
      TableList.Builder list = TableList.newBuilder();
      v.forEach(element -> list.addValues(encode(element, depth + 1)));
      encoded.setList(list);
    } else {
      throw noValue(value);
    }
    return encoded.build();
  }

  private static void encodeNumber(Number value, TableValue.Builder encoded) {
    if (value instanceof Integer v) {
      encoded.setI32(v);
    } else if (value instanceof Long v) {
      encoded.setI64(v);
    } else if (value instanceof Short v) {
      encoded.setI16(v);
    } else if (value instanceof Byte v) {
      encoded.setI8(v);
    } else if (value instanceof Double v) {
      encoded.setDoubleValue(v);
    } else if (value instanceof Float v) {
      encoded.setFloatValue(v);
    } else if (value instanceof BigDecimal v) {
      encoded.setDecimal(
          Decimal.newBuilder()
              .setScale(v.scale())
              .setUnscaled(ByteString.copyFrom(v.unscaledValue().toByteArray())));
    } else {
      throw noValue(value);
    }
  }

  private static @Nullable Object decode(TableValue value) {
    return switch (value.getKindCase()) {
      case BOOL_VALUE -> value.getBoolValue();
      case I8 -> (byte) value.getI8();
      case I16 -> (short) value.getI16();
      case I32 -> value.getI32();
      case I64 -> value.getI64();
      case FLOAT_VALUE -> value.getFloatValue();
      case DOUBLE_VALUE -> value.getDoubleValue();
      case DECIMAL ->
          new BigDecimal(
              new BigInteger(value.getDecimal().getUnscaled().toByteArray()),
              value.getDecimal().getScale());
      case STRING_VALUE -> value.getStringValue();
      case BYTES_VALUE -> value.getBytesValue().toByteArray();
      case TIMESTAMP_MS -> new Date(value.getTimestampMs());
      case LIST -> decode(value.getList());
      case TABLE -> decode(value.getTable());
      case VOID_VALUE -> null;
      case KIND_NOT_SET ->
          throw new IllegalArgumentException(
              "a table value of a type that this version doesn't know");
    };
  }

  private static List<@Nullable Object> decode(TableList list) {
    List<@Nullable Object> values = new ArrayList<>(list.getValuesCount());
    for (TableValue value : list.getValuesList()) {
      values.add(decode(value));
    }
    return Collections.unmodifiableList(values);
  }

  private static IllegalArgumentException noValue(Object value) {
    return new IllegalArgumentException(value.getClass().getName() + " is no AMQP value");
  }
}
