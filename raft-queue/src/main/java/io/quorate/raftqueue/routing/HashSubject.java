package io.quorate.raftqueue.routing;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an {@code x-consistent-hash} exchange hashes: the routing key, or the header that {@code
 * hash-header} names, or the property that {@code hash-property} names. A message without it hashes
 * as nothing: all such go to the same destination.
 */
sealed interface HashSubject {

  /** The argument that names a header. */
  String HEADER = "hash-header";

  /** The argument that names a property. */
  String PROPERTY = "hash-property";

  /** The properties that can be hashed. */
  Set<String> PROPERTIES = Set.of("message_id", "correlation_id", "timestamp");

  /** The hash of a message's subject. */
  long hash(String routingKey, MessageView message);

  /** The routing key. */
  record Key() implements HashSubject {
    @Override
    public long hash(String routingKey, MessageView message) {
      return Hashing.of(message.publishedKey(routingKey));
    }
  }

  /** A header. */
  record Header(String name) implements HashSubject {
    @Override
    public long hash(String routingKey, MessageView message) {
      return Hashing.of(message.headers().get(name));
    }
  }

  /** A property. */
  record Property(String name) implements HashSubject {
    @Override
    public long hash(String routingKey, MessageView message) {
      return Hashing.of(message.property(name));
    }
  }

  /** What is wrong with the arguments of an exchange, or null. */
  static @Nullable String problem(Map<String, Object> arguments) {
    for (String name : new String[] {HEADER, PROPERTY}) {
      if (arguments.containsKey(name) && !(arguments.get(name) instanceof String)) {
        return "invalid arg '"
            + name
            + "': received "
            + TableValues.describe(arguments.get(name))
            + ", expected a string";
      }
    }
    if (arguments.containsKey(HEADER) && arguments.containsKey(PROPERTY)) {
      return "hash-header and hash-property are mutually exclusive";
    }
    Object property = arguments.get(PROPERTY);
    return property == null || PROPERTIES.contains(property)
        ? null
        : "Unsupported property: "
            + property
            + "; expected message_id, correlation_id or timestamp";
  }

  /**
   * What an exchange with these arguments hashes.
   *
   * @param arguments with no {@link #problem}
   */
  static HashSubject of(Map<String, Object> arguments) {
    if (arguments.get(HEADER) instanceof String header) {
      return new Header(header);
    }
    return arguments.get(PROPERTY) instanceof String property ? new Property(property) : new Key();
  }
}
