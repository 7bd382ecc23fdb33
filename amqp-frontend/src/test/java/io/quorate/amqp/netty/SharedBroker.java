package io.quorate.amqp.netty;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests one broker, started once for all of them, or its address. With {@code
 * -Dquorate.conversations.peer=host:port} the address is that of another server.
 */
final class SharedBroker implements ParameterResolver {

  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(SharedBroker.class);

  /** The server to play conversations to, instead of one of our own; null if there is none. */
  static final @Nullable String PEER = System.getProperty("quorate.conversations.peer");

  private record Held(Broker broker) implements ExtensionContext.Store.CloseableResource {
    @Override
    public void close() throws Throwable {
      broker.close();
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == Broker.class || type == InetSocketAddress.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    boolean address = parameter.getParameter().getType() == InetSocketAddress.class;
    if (address && PEER != null) {
      int colon = PEER.lastIndexOf(':');
      return new InetSocketAddress(
          PEER.substring(0, colon), Integer.parseInt(PEER.substring(colon + 1)));
    }
    Broker broker =
        context
            .getRoot()
            .getStore(NAMESPACE)
            .getOrComputeIfAbsent("broker", key -> start(), Held.class)
            .broker();
    return address ? new InetSocketAddress("127.0.0.1", broker.port()) : broker;
  }

  private static Held start() {
    try {
      return new Held(new Broker(config -> config));
    } catch (Exception e) {
      throw new IllegalStateException("the broker did not start", e);
    }
  }
}
