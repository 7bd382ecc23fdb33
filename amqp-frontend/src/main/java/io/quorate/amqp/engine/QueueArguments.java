package io.quorate.amqp.engine;

import io.quorate.amqp.protocol.ProtocolException;
import io.quorate.amqp.protocol.method.QueueDeclare;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
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
          "x-single-active-consumer",
          "x-delivery-limit",
          "x-queue-mode",
          "x-queue-version",
          "x-max-in-memory-length",
          "x-max-in-memory-bytes",
          "x-quorum-target-group-size",
          "x-max-age",
          "x-stream-max-segment-size-bytes",
          "x-stream-filter-size-bytes",
          "x-initial-cluster-size",
          "x-consumer-timeout",
          "x-queue-master-locator");

  private static final String TYPE = "x-queue-type";
  private static final String LOCATOR = "x-queue-leader-locator";
  private static final String GROUP_SIZE = "x-quorum-initial-group-size";

  private QueueArguments() {}

  /** The arguments that have a meaning, those that are refused included. */
  static Set<String> known() {
    Set<String> all = new TreeSet<>(NOT_SUPPORTED_YET);
    all.addAll(List.of(TYPE, LOCATOR, GROUP_SIZE));
    return all;
  }

  static void check(QueueDeclare method) {
    Map<String, @Nullable Object> arguments = method.arguments();
    for (String name : arguments.keySet()) {
      if (NOT_SUPPORTED_YET.contains(name)) {
        throw invalid(
            method, name, "this argument is not supported yet; declare the queue without it");
      }
    }
    checkType(method, arguments.get(TYPE));
    checkLocator(method, arguments.get(LOCATOR));
    checkGroupSize(method, arguments.get(GROUP_SIZE));
  }

  private static void checkType(QueueDeclare method, @Nullable Object type) {
    if (type == null || "classic".equals(type)) {
      return;
    }
    if (!"quorum".equals(type)) {
      throw invalid(method, TYPE, "'%s', known are quorum and classic".formatted(type));
    }
    if (!method.durable()) {
      throw invalid(method, TYPE, "a quorum queue must be declared durable");
    }
    if (method.exclusive()) {
      throw invalid(method, TYPE, "a quorum queue cannot be exclusive");
    }
  }

  private static void checkLocator(QueueDeclare method, @Nullable Object locator) {
    if (locator != null && !"client-local".equals(locator) && !"balanced".equals(locator)) {
      throw invalid(
          method, LOCATOR, "'%s', known are client-local and balanced".formatted(locator));
    }
  }

  /** Whether the queue may be led by any node, rather than by the one that it is declared on. */
  static boolean balanced(QueueDeclare method) {
    return "balanced".equals(method.arguments().get(LOCATOR));
  }

  private static void checkGroupSize(QueueDeclare method, @Nullable Object size) {
    if (size == null) {
      return;
    }
    boolean whole =
        size instanceof Byte
            || size instanceof Short
            || size instanceof Integer
            || size instanceof Long;
    if (!whole || ((Number) size).longValue() <= 0) {
      throw invalid(method, GROUP_SIZE, "'%s', a positive number is needed".formatted(size));
    }
  }

  private static ProtocolException invalid(QueueDeclare method, String name, String why) {
    return Errors.precondition(
        "invalid arg '%s' for queue '%s': %s".formatted(name, method.queue(), why));
  }
}
