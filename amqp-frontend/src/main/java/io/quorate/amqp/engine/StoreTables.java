package io.quorate.amqp.engine;

import io.quorate.amqp.protocol.BinaryString;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns field tables of the codec into those of the store, which knows no binary strings. */
final class StoreTables {

  private StoreTables() {}

  @SuppressWarnings("NullAway") // a field table may hold null (type V), in the store's tables too
  static Map<String, Object> toStore(Map<String, @Nullable Object> table) {
    Map<String, Object> out = new LinkedHashMap<>();
    table.forEach((key, value) -> out.put(key, toStoreValue(value)));
    return out;
  }

  @SuppressWarnings("unchecked")
  private static @Nullable Object toStoreValue(@Nullable Object value) {
    if (value instanceof BinaryString binary) {
      return binary.octets();
    }
    if (value instanceof Map<?, ?> nested) {
      return toStore((Map<String, @Nullable Object>) nested);
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> out = new ArrayList<>(list.size());
      list.forEach(element -> out.add(toStoreValue(element)));
      return out;
    }
    return value;
  }
}
