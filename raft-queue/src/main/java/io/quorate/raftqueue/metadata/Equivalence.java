package io.quorate.raftqueue.metadata;

import io.quorate.raftqueue.metadata.Applied.Refused;
import io.quorate.raftqueue.routing.TableValues;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Compares a declaration with what exists, property by property, and keeps the first difference.
 */
final class Equivalence {

  private final String subject;
  private @Nullable Refused difference;

  /**
   * @param subject what is declared, as error texts call it
   */
  Equivalence(String subject) {
    this.subject = subject;
  }

  Equivalence property(String name, Object received, Object current) {
    if (!received.equals(current)) {
      refuse(name, "received '" + received + "' but current is '" + current + "'");
    }
    return this;
  }

  /** Compares the arguments whose names are {@code relevant}, in order of their names. */
  Equivalence arguments(
      Map<String, Object> received, Map<String, Object> current, Predicate<String> relevant) {
    TreeSet<String> names = new TreeSet<>(received.keySet());
    names.addAll(current.keySet());
    for (String name : names) {
      if (relevant.test(name)
          && (received.containsKey(name) != current.containsKey(name)
              || !TableValues.same(received.get(name), current.get(name)))) {
        boolean both = received.containsKey(name) && current.containsKey(name);
        refuse(
            name,
            "received "
                + text(name, received, both)
                + " but current is "
                + text(name, current, both));
      }
    }
    return this;
  }

  /** The first difference, or null. */
  @Nullable Refused difference() {
    return difference;
  }

  private void refuse(String name, String text) {
    if (difference == null) {
      difference =
          Refusals.precondition("inequivalent arg '" + name + "' for " + subject + ": " + text);
    }
  }

  /** As RabbitMQ says it: the type of a value is told only where the other side has none. */
  private static String text(String name, Map<String, Object> table, boolean both) {
    if (!table.containsKey(name)) {
      return "none";
    }
    return both
        ? TableValues.describeValue(table.get(name))
        : TableValues.describe(table.get(name));
  }
}
