package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Queues from which never more than one client took messages, and to which nobody gave any back.
 */
final class SingleConsumers {

  private SingleConsumers() {}

  static Set<String> queues(History history) {
    Map<Integer, Long> ends = new HashMap<>();
    history.forEach(close -> ends.put(close.channel(), close.start()), Kind.CLOSE);
    Map<String, Long> busyUntil = new HashMap<>();
    Set<String> shared = new HashSet<>();
    history.forEach(
        operation -> {
          String queue = operation.target();
          if (operation.kind() != Kind.CONSUME) {
            shared.add(queue);
            return;
          }
          Long before = busyUntil.get(queue);
          if (before != null && before > operation.start()) {
            shared.add(queue);
          }
          busyUntil.put(queue, ends.getOrDefault(operation.channel(), Long.MAX_VALUE));
        },
        Kind.CONSUME,
        Kind.GET,
        Kind.REQUEUE);
    Set<String> single = new HashSet<>(busyUntil.keySet());
    single.removeAll(shared);
    return single;
  }
}
