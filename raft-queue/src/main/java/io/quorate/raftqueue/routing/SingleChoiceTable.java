package io.quorate.raftqueue.routing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Bindings of an exchange that sends each message to one of its destinations, all alike: {@code
 * x-modulus-hash} and {@code x-random}. The destinations are numbered in order of their names, so
 * every node numbers them alike whatever the order of the bindings.
 */
final class SingleChoiceTable implements BindingIndex {

  /** Names a destination by any number: it is taken modulo how many there are. */
  interface Choice {
    long number(String routingKey, MessageView message);
  }

  private final Choice choice;
  private final DestinationCounts destinations = new DestinationCounts();

  /** Made when first asked for after a change: many binds in a row must not cost a copy each. */
  private volatile Routes @Nullable [] inOrder;

  private SingleChoiceTable(Choice choice) {
    this.choice = choice;
  }

  /** By a hash of the routing key. */
  static SingleChoiceTable modulusHash() {
    return new SingleChoiceTable(
        (routingKey, message) -> Hashing.of(message.publishedKey(routingKey)));
  }

  /**
   * By chance.
   *
   * @param exchange its name: exchanges that are bound to each other must not choose alike
   */
  static SingleChoiceTable random(String exchange) {
    long seed = Hashing.of(exchange);
    return new SingleChoiceTable((routingKey, message) -> Hashing.mix(message.chance() ^ seed));
  }

  @Override
  public void add(String routingKey, Arguments arguments, Destination destination) {
    if (destinations.add(destination)) {
      inOrder = null;
    }
  }

  @Override
  public void remove(String routingKey, Arguments arguments, Destination destination) {
    if (destinations.remove(destination)) {
      inOrder = null;
    }
  }

  @Override
  public void match(String routingKey, MessageView message, List<Routes> found) {
    Routes[] all = inOrder;
    if (all == null) {
      all =
          destinations.all().stream()
              .sorted(Destination.BY_NAME)
              .map(Destination::routes)
              .toArray(Routes[]::new);
      inOrder = all;
    }
    if (all.length > 0) {
      found.add(all[(int) Long.remainderUnsigned(choice.number(routingKey, message), all.length)]);
    }
  }
}
