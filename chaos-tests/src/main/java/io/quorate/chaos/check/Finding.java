package io.quorate.chaos.check;

import io.quorate.chaos.history.Message;
import org.jspecify.annotations.Nullable;

/**
 * A violation, or the reason why it cannot be told.
 *
 * @param text for people, with the names that the history has
 * @param message whose story shows it; null if it is about none in particular
 * @param queue in which; empty if it is about none in particular
 */
public record Finding(String text, @Nullable Message message, String queue) {

  static Finding of(String text) {
    return new Finding(text, null, "");
  }

  @Override
  public String toString() {
    return text;
  }
}
