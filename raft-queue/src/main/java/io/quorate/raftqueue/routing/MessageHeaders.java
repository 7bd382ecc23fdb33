package io.quorate.raftqueue.routing;

import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The headers of one message, decoded when first asked for. Not thread-safe. */
final class MessageHeaders {

  private final Supplier<Map<String, Object>> source;
  private @Nullable Map<String, Object> table;

  MessageHeaders(Supplier<Map<String, Object>> source) {
    this.source = source;
  }

  Map<String, Object> table() {
    Map<String, Object> known = table;
    if (known == null) {
      known = source.get();
      table = known;
    }
    return known;
  }
}
