package io.quorate.raftqueue.routing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a binding of a headers exchange asks of a message's headers. {@code x-match} says whether
 * all fields must be there ({@code all}, the default) or one is enough ({@code any}); fields that
 * begin with {@code x-} count only with {@code all-with-x} and {@code any-with-x}. A void value
 * asks for presence. No fields: all of them match, but none of them is any.
 */
public final class HeadersMatcher {

  private static final String X_MATCH = "x-match";
  private static final Set<String> MODES = Set.of("all", "any", "all-with-x", "any-with-x");

  private record Field(String name, @Nullable Object value) {}

  private final boolean all;
  private final List<Field> fields;

  private HeadersMatcher(boolean all, List<Field> fields) {
    this.all = all;
    this.fields = fields;
  }

  /** What is wrong with a binding's arguments, or null. */
  public static @Nullable String problem(Map<String, Object> arguments) {
    if (!arguments.containsKey(X_MATCH)) {
      return null;
    }
    Object mode = arguments.get(X_MATCH);
    return mode instanceof String text && MODES.contains(text)
        ? null
        : "invalid x-match: received "
            + TableValues.describe(mode)
            + ", expected 'all', 'any', 'all-with-x' or 'any-with-x'";
  }

  /**
   * @param arguments with no {@link #problem}
   */
  static HeadersMatcher of(Map<String, Object> arguments) {
    String mode = arguments.get(X_MATCH) instanceof String text ? text : "all";
    boolean withX = mode.endsWith("-with-x");
    List<Field> fields = new ArrayList<>(arguments.size());
    arguments.forEach(
        (name, value) -> {
          if (!name.equals(X_MATCH) && (withX || !name.startsWith("x-"))) {
            fields.add(new Field(name, value));
          }
        });
    return new HeadersMatcher(mode.startsWith("all"), List.copyOf(fields));
  }

  boolean matches(Map<String, Object> headers) {
    for (Field field : fields) {
      if (matches(field, headers) != all) {
        return !all;
      }
    }
    return all;
  }

  private static boolean matches(Field field, Map<String, Object> headers) {
    Object value = headers.get(field.name);
    if (field.value == null) {
      return value != null || headers.containsKey(field.name);
    }
    return TableValues.same(field.value, value);
  }
}
