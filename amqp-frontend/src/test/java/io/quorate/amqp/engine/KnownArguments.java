package io.quorate.amqp.engine;

import java.util.Set;

/** Tells tests elsewhere which arguments and types the engine knows. */
public final class KnownArguments {

  private KnownArguments() {}

  public static Set<String> ofQueues() {
    return QueueArguments.known();
  }

  public static Set<String> ofExchanges() {
    return ExchangeHandler.knownArguments();
  }

  public static Set<String> exchangeTypes() {
    return ExchangeHandler.types();
  }

  public static Set<String> ofConsumers() {
    return ConsumeArguments.known();
  }

  public static Set<String> ofMessages() {
    return Set.of(
        PublishedProperties.CC,
        PublishedProperties.BCC,
        Deliveries.DELIVERY_COUNT,
        "expiration",
        "user-id",
        "reply-to");
  }
}
