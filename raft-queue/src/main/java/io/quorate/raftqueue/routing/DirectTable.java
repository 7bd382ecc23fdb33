package io.quorate.raftqueue.routing;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Bindings of a direct exchange: the message's routing key equals the binding's. */
final class DirectTable implements BindingIndex {

  private final ConcurrentHashMap<String, DestinationSet> byKey = new ConcurrentHashMap<>();

  @Override
  public void add(String routingKey, Arguments arguments, Destination destination) {
    DestinationSet known = byKey.get(routingKey);
    if (known == null) {
      DestinationSet first = new DestinationSet();
      first.add(destination);
      byKey.put(routingKey, first);
    } else {
      known.add(destination);
    }
  }

  @Override
  public void remove(String routingKey, Arguments arguments, Destination destination) {
    DestinationSet known = byKey.get(routingKey);
    if (known == null) {
      throw new IllegalStateException("no binding with key '" + routingKey + "'");
    }
    known.remove(destination);
    if (known.isEmpty()) {
      byKey.remove(routingKey);
    }
  }

  @Override
  public void match(String routingKey, MessageView message, List<Routes> found) {
    DestinationSet known = byKey.get(routingKey);
    if (known != null) {
      found.add(known.routes());
    }
  }

  /** The destinations for a key. May be called beside a writer. */
  @Nullable DestinationSet find(String routingKey) {
    return byKey.get(routingKey);
  }
}
