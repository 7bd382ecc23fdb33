package io.quorate.raftqueue.routing;

import io.quorate.raftqueue.api.QueueDefinition;
import java.util.List;

/**
 * A queue, with its routes made once so that a message to it alone costs no allocation. Immutable.
 */
public final class QueueDestination implements Destination {

  private final QueueDefinition definition;
  private final Routes routes;

  public QueueDestination(QueueDefinition definition) {
    this.definition = definition;
    this.routes = new Routes(List.of(definition.ref()), List.of());
  }

  public QueueDefinition definition() {
    return definition;
  }

  @Override
  public String name() {
    return definition.name();
  }

  @Override
  public Routes routes() {
    return routes;
  }

  @Override
  public String toString() {
    return "queue '" + definition.name() + "'";
  }
}
