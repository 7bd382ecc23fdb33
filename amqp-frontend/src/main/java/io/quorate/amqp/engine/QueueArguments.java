package io.quorate.amqp.engine;

import io.quorate.amqp.protocol.ProtocolException;
import io.quorate.amqp.protocol.method.QueueDeclare;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of {@code queue.declare}. What RabbitMQ gives a meaning either works or is refused,
 * never silently ignored; what has none is stored with the queue.
 */
final class QueueArguments {

  private static final Set<String> NOT_SUPPORTED_YET =
      Set.of(
          "x-message-ttl",
          "x-expires",
          "x-max-length",
          "x-max-length-bytes",
          "x-max-priority",
          "x-overflow",
          "x-dead-letter-exchange",
          "x-dead-letter-routing-key",
          "x-dead-letter-strategy",
          "x-delayed-retry-type",
          "x-delayed-retry-min",
          "x-delayed-retry-max",
          "x-single-active-consumer",
          "x-delivery-limit",
          "x-max-in-memory-length",
          "x-max-in-memory-bytes",
          "x-max-age",
          "x-stream-max-segment-size-bytes",
          "x-stream-filter-size-bytes",
          "x-initial-cluster-size",
          "x-consumer-timeout");

  /** What may be said and changes nothing here, with the values that RabbitMQ takes. */
  private static final Map<String, Set<Object>> WITHOUT_EFFECT =
      Map.of(
          "x-queue-leader-locator", Set.of("client-local", "balanced"),
          "x-queue-master-locator", Set.of("client-local", "min-masters", "random"),
          "x-queue-mode", Set.of("default", "lazy"),
          "x-queue-version", Set.of(1L, 2L));

  private static final String TYPE = "x-queue-type";
  private static final Set<String> GROUP_SIZES =
      Set.of("x-quorum-initial-group-size", "x-quorum-target-group-size");

  private QueueArguments() {}

  /** The arguments that have a meaning, those that are refused included. */
  static Set<String> known() {
    Set<String> all = new TreeSet<>(NOT_SUPPORTED_YET);
    all.addAll(WITHOUT_EFFECT.keySet());
    all.addAll(GROUP_SIZES);
    all.add(TYPE);
    return all;
  }

  static void check(QueueDeclare method, String vhost) {
    Map<String, @Nullable Object> arguments = method.arguments();
    for (String name : arguments.keySet()) {
      if (NOT_SUPPORTED_YET.contains(name)) {
        throw invalid(
            method,
            vhost,
            name,
            "this argument is not supported yet; declare the queue without it");
      }
    }
    if (arguments.containsKey(TYPE)) {
      checkType(method, vhost, arguments.get(TYPE));
    }
    arguments.forEach(
        (name, value) -> {
          Set<Object> known = WITHOUT_EFFECT.get(name);
          if (known != null && !known.contains(wide(value))) {
            throw invalid(
                method, vhost, name, "%s, known are %s".formatted(shown(value), shown(known)));
          }
          if (GROUP_SIZES.contains(name) && !(wide(value) instanceof Long size && size > 0)) {
            throw invalid(
                method, vhost, name, "%s, a positive number is needed".formatted(shown(value)));
          }
        });
  }

  /** Integers of all types alike; anything else as it is, void as something that is no value. */
  private static Object wide(@Nullable Object value) {
    if (value instanceof Byte || value instanceof Short || value instanceof Integer) {
      return ((Number) value).longValue();
    }
    return value == null ? Void.TYPE : value;
  }

  private static String shown(@Nullable Object value) {
    if (value == null) {
      return "void";
    }
    return value instanceof String ? "'" + value + "'" : value.toString();
  }

  private static String shown(Set<Object> values) {
    return values.stream().map(QueueArguments::shown).sorted().collect(Collectors.joining(" and "));
  }

  private static void checkType(QueueDeclare method, String vhost, @Nullable Object type) {
    if ("classic".equals(type)) {
      return;
    }
    if (!"quorum".equals(type)) {
      throw invalid(
          method,
          vhost,
          TYPE,
          "unsupported queue type %s, known are quorum and classic".formatted(shown(type)));
    }
    if (method.queue().isEmpty()) {
      throw Errors.precondition("Cannot declare a server-named queue for type quorum");
    }
    requireOfQuorum(method, vhost, "non-durable", method.durable());
    requireOfQuorum(method, vhost, "exclusive-owner", !method.exclusive());
  }

  private static void requireOfQuorum(
      QueueDeclare method, String vhost, String property, boolean right) {
    if (!right) {
      throw Errors.precondition(
          "invalid property '%s' for queue '%s' in vhost '%s'"
              .formatted(property, method.queue(), vhost));
    }
  }

  /** Whether the queue may be led by any node, rather than by the one that it is declared on. */
  static boolean balanced(QueueDeclare method) {
    return "balanced".equals(method.arguments().get("x-queue-leader-locator"));
  }

  private static ProtocolException invalid(
      QueueDeclare method, String vhost, String name, String why) {
    return Errors.precondition(
        "invalid arg '%s' for queue '%s' in vhost '%s': %s"
            .formatted(name, method.queue(), vhost, why));
  }
}
