package io.quorate.amqp.protocol;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Octets in and out of tests. */
final class Octets {
  private Octets() {}

  /** Octets written in hexadecimal; blanks are for the reader, quoted parts are ASCII. */
  static byte[] hex(String text) {
    StringBuilder digits = new StringBuilder();
    String[] parts = text.split("'", -1);
    for (int i = 0; i < parts.length; i++) {
      if (i % 2 == 0) {
        digits.append(parts[i].replaceAll("\\s", ""));
      } else {
        parts[i].chars().forEach(c -> digits.append(String.format("%02x", c)));
      }
    }
    return HexFormat.of().parseHex(digits);
  }

  static byte[] written(Consumer<WireWriter> writes) {
    ByteArrayWriter out = new ByteArrayWriter(1);
    writes.accept(out);
    return out.toByteArray();
  }

  /** The ids and the fields: the payload of a method frame. */
  static byte[] payload(Method method) {
    return written(
        out -> {
          out.putShort(method.methodType().classId());
          out.putShort(method.methodType().methodId());
          method.write(out);
        });
  }

  static WireReader reader(byte[] octets) {
    return new WireReader(ByteBuffer.wrap(octets));
  }

  /** A value whose equals looks into arrays. */
  static @Nullable Object comparable(@Nullable Object value) {
    if (value instanceof byte[]) {
      return "octets " + HexFormat.of().formatHex((byte[]) value);
    }
    if (value instanceof List) {
      List<@Nullable Object> out = new ArrayList<>();
      ((List<?>) value).forEach(element -> out.add(comparable(element)));
      return out;
    }
    if (value instanceof Map) {
      Map<Object, @Nullable Object> out = new LinkedHashMap<>();
      ((Map<?, ?>) value).forEach((key, element) -> out.put(key, comparable(element)));
      return out;
    }
    return value;
  }

  /** The components of a record, comparable. */
  static List<@Nullable Object> components(Object record) {
    List<@Nullable Object> out = new ArrayList<>();
    for (var component : record.getClass().getRecordComponents()) {
      try {
        out.add(comparable(component.getAccessor().invoke(record)));
      } catch (ReflectiveOperationException e) {
        throw new AssertionError(e);
      }
    }
    return out;
  }
}
