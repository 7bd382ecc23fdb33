package io.quorate.raftqueue.routing;

import io.quorate.raftqueue.api.ExchangeDefinition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An exchange with the bindings of which it is the source. */
public final class ExchangeNode implements Destination {

  /** The argument that names the exchange for messages that no binding matches. */
  public static final String ALTERNATE = "alternate-exchange";

  private final ExchangeDefinition definition;
  private final ExchangeType type;
  private final BindingIndex index;
  private final Routes routes = new Routes(List.of(), List.of(this));
  private final @Nullable String alternate;

  /**
   * @param definition of a known type, its alternate exchange, if any, a string
   */
  public ExchangeNode(ExchangeDefinition definition) {
    ExchangeType type = ExchangeType.named(definition.type());
    if (type == null) {
      throw new IllegalArgumentException("unknown exchange type '" + definition.type() + "'");
    }
    this.definition = definition;
    this.type = type;
    this.index = type.newIndex(definition);
    this.alternate = (String) definition.arguments().get(ALTERNATE);
  }

  public ExchangeDefinition definition() {
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

  public ExchangeType type() {
    return type;
  }

  /** Adds a binding that is not there yet. */
  public void bind(String routingKey, Arguments arguments, Destination destination) {
    index.add(routingKey, arguments, destination);
  }

  /** Removes a binding that is there. */
  public void unbind(String routingKey, Arguments arguments, Destination destination) {
    index.remove(routingKey, arguments, destination);
  }

  BindingIndex index() {
    return index;
  }

  @Nullable String alternate() {
    return alternate;
  }

  @Override
  public String toString() {
    return "exchange '" + definition.name() + "'";
  }
}
