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
    checkType(method, vhost, arguments.get(TYPE));
    checkLocator(method, vhost, arguments.get(LOCATOR));
    checkGroupSize(method, vhost, arguments.get(GROUP_SIZE));
  }

  private static void checkType(QueueDeclare method, String vhost, @Nullable Object type) {
    if (type == null || "classic".equals(type)) {
      return;
    }
    if (!"quorum".equals(type)) {
      throw invalid(
          method,
          vhost,
          TYPE,
          "unsupported queue type '%s', known are quorum and classic".formatted(type));
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

  private static void checkLocator(QueueDeclare method, String vhost, @Nullable Object locator) {
    if (locator != null && !"client-local".equals(locator) && !"balanced".equals(locator)) {
      throw invalid(
          method, vhost, LOCATOR, "'%s', known are client-local and balanced".formatted(locator));
    }
  }

  private static void checkGroupSize(QueueDeclare method, String vhost, @Nullable Object size) {
    if (size == null) {
      return;
    }
    boolean whole =
        size instanceof Byte
            || size instanceof Short
            || size instanceof Integer
            || size instanceof Long;
    if (!whole || ((Number) size).longValue() <= 0) {
      throw invalid(method, vhost, GROUP_SIZE, "'%s', a positive number is needed".formatted(size));
    }
  }

  private static ProtocolException invalid(
      QueueDeclare method, String vhost, String name, String why) {
    return Errors.precondition(
        "invalid arg '%s' for queue '%s' in vhost '%s': %s"
            .formatted(name, method.queue(), vhost, why));
  }
}
