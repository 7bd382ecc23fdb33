package io.quorate.raftqueue.routing;

import java.util.Comparator;

/**
 * Where a binding leads. There is one object for each queue and each exchange while it exists, and
 * identity is equality: a queue that is deleted and declared again is another destination.
 */
public sealed interface Destination permits QueueDestination, ExchangeNode {

  /** Queues before exchanges, each by name: the same order on every node. */
  Comparator<Destination> BY_NAME =
      Comparator.<Destination, Boolean>comparing(ExchangeNode.class::isInstance)
          .thenComparing(Destination::name);

  /** Of its kind, only one has this name at a time. */
  String name();

  /** The routes of a message that goes here and nowhere else. */
  Routes routes();
}
