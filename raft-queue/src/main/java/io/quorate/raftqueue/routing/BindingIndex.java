package io.quorate.raftqueue.routing;

import java.util.List;

/** The bindings of one exchange, arranged so that its type finds those that match a message. */
sealed interface BindingIndex
    permits DirectTable,
        FanoutTable,
        TopicTrie,
        HeadersTable,
        ConsistentHashTable,
        SingleChoiceTable {

  /** The caller takes care that a binding is added once. */
  void add(String routingKey, Arguments arguments, Destination destination);

  /** Removes a binding that was added. */
  void remove(String routingKey, Arguments arguments, Destination destination);

  /** Adds what matches to {@code found}; a destination may come more than once. */
  void match(String routingKey, MessageView message, List<Routes> found);
}
