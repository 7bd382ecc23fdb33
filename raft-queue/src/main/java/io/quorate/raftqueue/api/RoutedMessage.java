package io.quorate.raftqueue.api;

import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What routing may ask of a message besides the key it is routed by. Nothing is asked that no
 * exchange on the way needs, so answers may be worked out on demand. Methods are called under a
 * lock: they must not block, nor ask the definitions anything.
 */
@FunctionalInterface
public interface RoutedMessage {

  /** The headers; asked for at most once. */
  Map<String, Object> headers();

  /**
   * The key it was published with, when it is now routed by another (a header CC): a hash exchange
   * sees one message whatever the number of its keys. Null if it is the same.
   */
  default @Nullable String publishedKey() {
    return null;
  }

  /**
   * A property that {@code x-consistent-hash} can be told to hash.
   *
   * @param name {@code message_id}, {@code correlation_id} or {@code timestamp}
   * @return a string, for a timestamp an integer; null without such a property
   */
  default @Nullable Object property(String name) {
    return null;
  }

  /**
   * A number drawn at random for this message, the same each time it is asked for: what {@code
   * x-random} decides by, so that routing itself knows no chance.
   */
  default long chance() {
    return ThreadLocalRandom.current().nextLong();
  }
}
