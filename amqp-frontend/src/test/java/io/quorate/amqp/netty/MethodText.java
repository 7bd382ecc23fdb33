package io.quorate.amqp.netty;

import io.quorate.amqp.protocol.BasicProperties;
import io.quorate.amqp.protocol.Method;
import io.quorate.amqp.protocol.OctetText;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Methods and properties as text: {@code name=value} for each field that is not empty, zero or
 * false. Values are {@code 1}, {@code true}, {@code "text"}, {@code [array]} and <code>
 * {"name": value}</code>.
 */
final class MethodText {

  private static final String METHODS = "io.quorate.amqp.protocol.method.";

  /** {@code \\0}, {@code \\n}, {@code \\r} and {@code \\x} with two hexadecimal digits. */
  private static final Pattern ESCAPE = Pattern.compile("\\\\([0nr]|x([0-9a-f]{2}))");

  /** What {@link OctetText} makes of an octet that belongs to no character. */
  private static final Pattern STRAY_OCTET = Pattern.compile("[\\x{10ff80}-\\x{10ffff}]");

  private final String text;
  private int at;

  MethodText(String text) {
    this.text = text;
  }

  // ---- reading

  /** The fields that follow, as those of a method. */
  Method method(String name) {
    StringBuilder type = new StringBuilder();
    for (String word : name.split("[.-]")) {
      type.append(word.substring(0, 1).toUpperCase(Locale.ROOT)).append(word.substring(1));
    }
    try {
      return (Method) instance(Class.forName(METHODS + type));
    } catch (ClassNotFoundException e) {
      throw new AssertionError("no method is called " + name, e);
    }
  }

  /** The fields that follow, as those of a message. */
  BasicProperties properties() {
    return (BasicProperties) instance(BasicProperties.class);
  }

  private Object instance(Class<?> type) {
    Map<String, @Nullable Object> fields = new TreeMap<>();
    while (!atEnd()) {
      int equals = text.indexOf('=', at);
      if (equals < 0) {
        throw new AssertionError("name=value is missing after: " + text.substring(at));
      }
      String name = text.substring(at, equals).strip();
      at = equals + 1;
      fields.put(name, value());
    }
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      String name = fieldName(components[i]);
      values[i] =
          fields.containsKey(name)
              ? converted(fields.remove(name), types[i])
              : type == BasicProperties.class ? null : empty(types[i]);
    }
    if (!fields.isEmpty()) {
      throw new AssertionError(type.getSimpleName() + " has no fields " + fields.keySet());
    }
    try {
      return type.getDeclaredConstructor(types).newInstance(values);
    } catch (InvocationTargetException e) {
      throw new AssertionError(e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  private static @Nullable Object converted(@Nullable Object value, Class<?> type) {
    if (value instanceof Long number) {
      if (type == int.class || type == Integer.class) {
        return number.intValue();
      }
      return number;
    }
    return type == byte[].class && value instanceof String octets
        ? octets.getBytes(StandardCharsets.ISO_8859_1)
        : value;
  }

  private static Object empty(Class<?> type) {
    if (type == int.class) {
      return 0;
    } else if (type == long.class) {
      return 0L;
    } else if (type == boolean.class) {
      return false;
    } else if (type == Map.class) {
      return Map.of();
    }
    return type == byte[].class ? new byte[0] : "";
  }

  private boolean atEnd() {
    skipBlanks();
    return at == text.length();
  }

  private void skipBlanks() {
    while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == ',')) {
      at++;
    }
  }

  /** The next value. */
  @Nullable Object value() {
    skipBlanks();
    char first = text.charAt(at);
    return switch (first) {
      case '"' -> string();
      case '[' -> array();
      case '{' -> table();
      default -> word();
    };
  }

  private String string() {
    int end = text.indexOf('"', at + 1);
    String value = text.substring(at + 1, end);
    at = end + 1;
    return unescaped(value);
  }

  private static String unescaped(String text) {
    return ESCAPE
        .matcher(text)
        .replaceAll(
            found ->
                Matcher.quoteReplacement(
                    switch (found.group(1).charAt(0)) {
                      case '0' -> "\0";
                      case 'n' -> "\n";
                      case 'r' -> "\r";
                      default -> octet(Integer.parseInt(found.group(2), 16));
                    }));
  }

  private static String escaped(String text) {
    String controls = text.replace("\0", "\\0").replace("\n", "\\n").replace("\r", "\\r");
    return STRAY_OCTET
        .matcher(controls)
        .replaceAll(found -> "\\\\x%02x".formatted(OctetText.encode(found.group())[0] & 0xff));
  }

  /** One that is no character by itself stands for itself. */
  private static String octet(int value) {
    return OctetText.decode(new byte[] {(byte) value}, 0, 1);
  }

  private List<@Nullable Object> array() {
    List<@Nullable Object> values = new ArrayList<>();
    at++;
    for (skipBlanks(); text.charAt(at) != ']'; skipBlanks()) {
      values.add(value());
    }
    at++;
    return values;
  }

  private Map<String, @Nullable Object> table() {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    at++;
    for (skipBlanks(); text.charAt(at) != '}'; skipBlanks()) {
      String name = string();
      at = text.indexOf(':', at) + 1;
      fields.put(name, value());
    }
    at++;
    return fields;
  }

  private @Nullable Object word() {
    int start = at;
    while (at < text.length() && " ,]}".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    String word = text.substring(start, at);
    return switch (word) {
      case "true" -> true;
      case "false" -> false;
      case "null" -> null;
      default -> Long.valueOf(word);
    };
  }

  // ---- writing

  /** The fields of a record that are not empty, each after a blank. */
  static String fields(Object written) {
    StringBuilder out = new StringBuilder();
    for (RecordComponent component : written.getClass().getRecordComponents()) {
      try {
        Object value = component.getAccessor().invoke(written);
        String shown = shown(value);
        if (!shown.isEmpty()) {
          out.append(' ').append(fieldName(component)).append('=').append(shown);
        }
      } catch (ReflectiveOperationException e) {
        throw new AssertionError(e);
      }
    }
    return out.toString();
  }

  private static String shown(@Nullable Object value) {
    if (value == null
        || value.equals(false)
        || value.equals("")
        || (value instanceof Number number && number.longValue() == 0)
        || (value instanceof Map<?, ?> table && table.isEmpty())) {
      return "";
    }
    if (value instanceof byte[] octets) {
      return shown(new String(octets, StandardCharsets.ISO_8859_1));
    }
    if (value instanceof Map<?, ?> table) {
      StringBuilder out = new StringBuilder("{");
      new TreeMap<>(table)
          .forEach(
              (name, field) ->
                  out.append(out.length() > 1 ? ", " : "")
                      .append('"')
                      .append(escaped((String) name))
                      .append("\": ")
                      .append(field instanceof Boolean ? field : shown(field)));
      return out.append('}').toString();
    }
    if (value instanceof List<?> list) {
      return "[" + String.join(", ", list.stream().map(MethodText::shown).toList()) + "]";
    }
    return value instanceof Number || value instanceof Boolean
        ? value.toString()
        : "\"" + escaped(value.toString()) + "\"";
  }

  private static String fieldName(RecordComponent component) {
    return component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }
}
