package io.quorate.amqp.engine;

import io.quorate.raftqueue.api.QueueDefinition;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The arguments of {@code basic.consume}. */
final class ConsumeArguments {

  /** What RabbitMQ knows as arguments of consumers of streams. */
  private static final Set<String> OF_STREAMS =
      Set.of("x-stream-offset", "x-stream-filter", "x-stream-match-unfiltered");

  private static final String PRIORITY = "x-priority";

  private ConsumeArguments() {}

  /** The arguments that have a meaning. */
  static Set<String> known() {
    Set<String> all = new TreeSet<>(OF_STREAMS);
    all.add(PRIORITY);
    return all;
  }

  /** Refuses what would be silently ignored. */
  static void check(Map<String, @Nullable Object> arguments) {
    for (String name : arguments.keySet()) {
      if (OF_STREAMS.contains(name)) {
        throw Errors.precondition(
            "invalid arg '%s' of consumer: there are no streams, consume without it"
                .formatted(name));
      }
    }
  }

  /** {@code x-priority}, 0 if absent. */
  static long priority(Map<String, @Nullable Object> arguments, QueueDefinition queue) {
    if (!arguments.containsKey(PRIORITY)) {
      return 0;
    }
    Object priority = arguments.get(PRIORITY);
    if (priority instanceof Byte
        || priority instanceof Short
        || priority instanceof Integer
        || priority instanceof Long) {
      return ((Number) priority).longValue();
    }
    throw Errors.precondition(
        "invalid arg 'x-priority' for queue '%s' in vhost '%s': expected integer, got '%s'"
            .formatted(queue.name(), queue.vhost(), priority));
  }
}
