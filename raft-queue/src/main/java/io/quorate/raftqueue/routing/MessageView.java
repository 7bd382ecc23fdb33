package io.quorate.raftqueue.routing;

import io.quorate.raftqueue.api.RoutedMessage;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One message as the exchanges on its way see it: asked for no more than once. Not thread-safe. */
final class MessageView {

  private final RoutedMessage message;
  private @Nullable Map<String, Object> headers;

  MessageView(RoutedMessage message) {
    this.message = message;
  }

  Map<String, Object> headers() {
    Map<String, Object> known = headers;
    if (known == null) {
      known = message.headers();
      headers = known;
    }
    return known;
  }

  /**
   * @param routingKey what it is routed by now
   */
  String publishedKey(String routingKey) {
    String published = message.publishedKey();
    return published == null ? routingKey : published;
  }

  @Nullable Object property(String name) {
    return message.property(name);
  }

  long chance() {
    return message.chance();
  }
}
