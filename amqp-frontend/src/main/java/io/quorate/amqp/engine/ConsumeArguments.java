package io.quorate.amqp.engine;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The arguments of {@code basic.consume}. */
final class ConsumeArguments {

  private ConsumeArguments() {}

  /** {@code x-priority}, 0 if absent. */
  static int priority(Map<String, @Nullable Object> arguments) {
    Object priority = arguments.get("x-priority");
    if (priority == null) {
      return 0;
    }
    if (priority instanceof Byte
        || priority instanceof Short
        || priority instanceof Integer
        || priority instanceof Long) {
      long value = ((Number) priority).longValue();
      if (value >= Integer.MIN_VALUE && value <= Integer.MAX_VALUE) {
        return (int) value;
      }
    }
    throw Errors.precondition(
        "invalid arg 'x-priority' of consumer: %s, an integer of 32 bits is needed"
            .formatted(priority));
  }
}
