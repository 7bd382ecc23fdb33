package io.quorate.amqp.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.rabbitmq.client.LongString;
import com.rabbitmq.client.impl.LongStringHelper;
import com.rabbitmq.client.impl.ValueWriter;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The description of the protocol as the tests read it, and an encoder that follows it without the
 * generated code: the reference that the generated code is compared with.
 */
final class Description {
  static final JsonNode ROOT = load();

  private Description() {}

  record FieldSpec(String name, String type, boolean reserved, boolean binary) {}

  record MethodSpec(String className, int classId, JsonNode json, List<FieldSpec> fields) {
    String name() {
      return className + "." + json.get("name").asText();
    }

    int id() {
      return json.get("id").asInt();
    }

    Class<?> record() {
      StringBuilder type = new StringBuilder();
      for (String part : name().split("[.-]")) {
        type.append(Character.toUpperCase(part.charAt(0))).append(part.substring(1));
      }
      try {
        return Class.forName("io.quorate.amqp.protocol.method." + type);
      } catch (ClassNotFoundException e) {
        throw new AssertionError(e);
      }
    }

    /** The record with these values for the fields that are not reserved. */
    Method instance(List<Object> values) {
      try {
        return (Method) record().getConstructors()[0].newInstance(values.toArray());
      } catch (ReflectiveOperationException e) {
        throw new AssertionError(e);
      }
    }

    List<Object> randomValues(RandomValues random) {
      List<Object> out = new ArrayList<>();
      for (FieldSpec field : fields) {
        if (!field.reserved()) {
          out.add(random.ofType(field.type(), field.binary()));
        }
      }
      return out;
    }
  }

  static List<MethodSpec> methods() {
    List<MethodSpec> out = new ArrayList<>();
    for (JsonNode c : ROOT.get("classes")) {
      for (JsonNode m : c.get("methods")) {
        out.add(
            new MethodSpec(
                c.get("name").asText(), c.get("id").asInt(), m, fields(m.get("fields"))));
      }
    }
    return out;
  }

  /** Payload of a method frame by the description; reserved fields are zero or empty. */
  static byte[] encode(MethodSpec method, List<Object> values) {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(octets);
    try {
      out.writeShort(method.classId());
      out.writeShort(method.id());
      int next = 0;
      int bits = 0;
      int bitCount = 0;
      for (FieldSpec field : method.fields()) {
        Object value = field.reserved() ? zero(field.type()) : values.get(next++);
        if (field.type().equals("bit")) {
          bits |= ((Boolean) value ? 1 : 0) << bitCount++;
          continue;
        }
        if (bitCount > 0) {
          out.writeByte(bits);
          bits = 0;
          bitCount = 0;
        }
        encodeField(out, field.type(), value);
      }
      if (bitCount > 0) {
        out.writeByte(bits);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return octets.toByteArray();
  }

  /** The value as RabbitMQ's client has it: octets that are no text are a LongString. */
  static @Nullable Object forClient(@Nullable Object value) {
    if (value instanceof String string && OctetText.mayHaveStrays(string)) {
      LongString text = LongStringHelper.asLongString(OctetText.encode(string));
      return text;
    }
    if (value instanceof Map) {
      Map<String, @Nullable Object> out = new LinkedHashMap<>();
      ((Map<?, ?>) value).forEach((k, v) -> out.put((String) k, forClient(v)));
      return out;
    }
    if (value instanceof List) {
      List<@Nullable Object> out = new ArrayList<>();
      ((List<?>) value).forEach(v -> out.add(forClient(v)));
      return out;
    }
    return value;
  }

  @SuppressWarnings("unchecked")
  private static void encodeField(DataOutputStream out, String type, Object value)
      throws IOException {
    ValueWriter client = new ValueWriter(out);
    switch (type) {
      case "octet" -> out.writeByte((Integer) value);
      case "short" -> out.writeShort((Integer) value);
      case "long" -> out.writeInt((int) (long) (Long) value);
      case "longlong" -> out.writeLong((Long) value);
      case "shortstr" -> client.writeShortstr((String) value);
      case "table" -> client.writeTable((Map<String, Object>) forClient(value));
      case "longstr" -> {
        byte[] octets =
            value instanceof String
                ? ((String) value).getBytes(StandardCharsets.UTF_8)
                : (byte[]) value;
        out.writeInt(octets.length);
        out.write(octets);
      }
      default -> throw new IllegalArgumentException(type);
    }
  }

  private static Object zero(String type) {
    return switch (type) {
      case "bit" -> false;
      case "octet", "short" -> 0;
      case "long", "longlong" -> 0L;
      case "table" -> Map.of();
      default -> "";
    };
  }

  private static List<FieldSpec> fields(JsonNode json) {
    List<FieldSpec> out = new ArrayList<>();
    for (JsonNode f : json) {
      out.add(
          new FieldSpec(
              f.get("name").asText(),
              f.get("type").asText(),
              f.path("reserved").asBoolean(),
              f.path("binary").asBoolean()));
    }
    return out;
  }

  private static JsonNode load() {
    try {
      return new ObjectMapper().readTree(Path.of("src/main/protocol/amqp0-9-1.json").toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
