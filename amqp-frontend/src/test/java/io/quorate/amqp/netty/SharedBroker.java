package io.quorate.amqp.netty;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives tests one broker, started once for all of them. */
final class SharedBroker implements ParameterResolver {

  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(SharedBroker.class);

  private record Held(Broker broker) implements ExtensionContext.Store.CloseableResource {
    @Override
    public void close() throws Throwable {
      broker.close();
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Broker.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent("broker", key -> start(), Held.class)
        .broker();
  }

  private static Held start() {
    try {
      return new Held(new Broker(config -> config));
    } catch (Exception e) {
      throw new IllegalStateException("the broker did not start", e);
    }
  }
}
