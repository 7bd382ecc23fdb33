package io.quorate.admin.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.List;
import java.util.Locale;

/**
 * Messages as JSON that scripts can rely on: the names of the proto file, every field always there
 * (null if not set), 64-bit numbers as numbers, enum values in lower case without their prefix.
 * (The standard proto mapping would write {@code "readyMessages": "12"}, a string.)
 */
final class ProtoJson {

  private static final Gson GSON =
      new GsonBuilder().serializeNulls().setPrettyPrinting().disableHtmlEscaping().create();

  private ProtoJson() {}

  static String print(JsonElement json) {
    return GSON.toJson(json);
  }

  static JsonObject toJson(Message message) {
    JsonObject object = new JsonObject();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      object.add(field.getName(), field(message, field));
    }
    return object;
  }

  private static JsonElement field(Message message, FieldDescriptor field) {
    if (field.isRepeated()) {
      JsonArray array = new JsonArray();
      ((List<?>) message.getField(field)).forEach(item -> array.add(value(field, item)));
      return array;
    }
    if (field.hasPresence() && !message.hasField(field)) {
      return JsonNull.INSTANCE;
    }
    return value(field, message.getField(field));
  }

  private static JsonElement value(FieldDescriptor field, Object value) {
    return switch (field.getJavaType()) {
      case INT, LONG, FLOAT, DOUBLE -> new JsonPrimitive((Number) value);
      case BOOLEAN -> new JsonPrimitive((Boolean) value);
      case STRING -> new JsonPrimitive((String) value);
      case ENUM -> new JsonPrimitive(enumName((EnumValueDescriptor) value));
      case MESSAGE -> toJson((Message) value);
      case BYTE_STRING ->
          throw new IllegalArgumentException("no JSON form for the bytes of " + field.getName());
    };
  }

  /** {@code ROLE_LEADER} of {@code Role} is {@code leader}. */
  static String enumName(EnumValueDescriptor value) {
    String prefix =
        value.getType().getName().replaceAll("([a-z])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT)
            + "_";
    String name = value.getName();
    return (name.startsWith(prefix) ? name.substring(prefix.length()) : name)
        .toLowerCase(Locale.ROOT);
  }
}
