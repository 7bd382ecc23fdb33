package io.quorate.raftqueue.metadata;

import io.quorate.raftqueue.metadata.Applied.Refused;
import io.quorate.raftqueue.routing.TableValues;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The arguments of queues that have a meaning: their types and ranges. */
final class QueueArguments {

  /**
   * What a queue is. Where it is placed when it is declared is no part of that, nor is what has no
   * meaning.
   */
  private static final Set<String> RELEVANT =
      Set.of(
          "x-queue-type",
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
          "x-consumer-timeout",
          "x-queue-mode",
          "x-queue-version");

  private static final String TYPE = "x-queue-type";
  private static final Set<String> TYPES = Set.of("classic", "quorum");
  private static final Set<String> OVERFLOWS =
      Set.of("drop-head", "reject-publish", "reject-publish-dlx");

  private QueueArguments() {}

  /** Whether a declaration with another value is another queue. */
  static boolean isRelevant(String name) {
    return RELEVANT.contains(name);
  }

  /** A queue that is declared without a type is a classic one, as if that had been said. */
  static Map<String, Object> withType(Map<String, Object> arguments) {
    if (arguments.containsKey(TYPE)) {
      return arguments;
    }
    Map<String, Object> typed = new HashMap<>(arguments);
    typed.put(TYPE, "classic");
    return typed;
  }

  static @Nullable Refused check(String vhost, String queue, Map<String, Object> arguments) {
    for (Map.Entry<String, Object> argument : arguments.entrySet()) {
      String expected = expected(argument.getKey(), argument.getValue());
      if (expected != null) {
        return Refusals.precondition(
            "invalid arg '"
                + argument.getKey()
                + "' for "
                + Refusals.queue(vhost, queue)
                + ": received "
                + TableValues.describe(argument.getValue())
                + ", expected "
                + expected);
      }
    }
    return null;
  }

  /** What would be right, if the value isn't; null if it is. */
  private static @Nullable String expected(String name, @Nullable Object value) {
    return switch (name) {
      case "x-message-ttl", "x-max-length", "x-max-length-bytes" ->
          inRange(0, Long.MAX_VALUE, value) ? null : "an integer of at least 0";
      case "x-expires" -> inRange(1, Long.MAX_VALUE, value) ? null : "an integer of at least 1";
      case "x-max-priority" -> inRange(0, 255, value) ? null : "an integer from 0 to 255";
      case "x-delivery-limit" -> TableValues.isInteger(value) ? null : "an integer";
      case "x-dead-letter-exchange", "x-dead-letter-routing-key" ->
          value instanceof String ? null : "a string";
      case "x-single-active-consumer" -> value instanceof Boolean ? null : "a boolean";
      case TYPE -> oneOf(TYPES, value, "'classic' or 'quorum'");
      case "x-overflow" ->
          oneOf(OVERFLOWS, value, "'drop-head', 'reject-publish' or 'reject-publish-dlx'");
      default -> null;
    };
  }

  private static boolean inRange(long least, long most, @Nullable Object value) {
    return TableValues.isInteger(value)
        && value instanceof Number number
        && number.longValue() >= least
        && number.longValue() <= most;
  }

  private static @Nullable String oneOf(
      Set<String> known, @Nullable Object value, String expected) {
    return value instanceof String text && known.contains(text) ? null : expected;
  }
}
