package io.quorate.raftqueue.routing;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Bindings of a headers exchange, one matcher for all with equal arguments. A match looks at every
 * matcher.
 */
final class HeadersTable implements BindingIndex {

  private record Place(HeadersMatcher matcher, DestinationSet destinations) {}

  private final Map<Arguments, Place> places = new LinkedHashMap<>();

  @Override
  public void add(String routingKey, Arguments arguments, Destination destination) {
    places
        .computeIfAbsent(
            arguments, key -> new Place(HeadersMatcher.of(key.table()), new DestinationSet()))
        .destinations
        .add(destination);
  }

  @Override
  public void remove(String routingKey, Arguments arguments, Destination destination) {
    Place place = places.get(arguments);
    if (place == null) {
      throw new IllegalStateException("no binding with arguments " + arguments);
    }
    place.destinations.remove(destination);
    if (place.destinations.isEmpty()) {
      places.remove(arguments);
    }
  }

  @Override
  public void match(String routingKey, MessageView message, List<Routes> found) {
    for (Place place : places.values()) {
      if (place.matcher.matches(message.headers())) {
        found.add(place.destinations.routes());
      }
    }
  }
}
