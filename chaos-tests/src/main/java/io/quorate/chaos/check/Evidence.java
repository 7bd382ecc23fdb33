package io.quorate.chaos.check;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What there is to judge a run by.
 *
 * @param offences lines of the nodes' logs that should not be there; null if there are no logs
 * @param alone whether a history is judged alone, as if nodes had no logs
 */
public record Evidence(History history, @Nullable List<String> offences, boolean alone) {

  /** A run with its logs, if there are any. */
  static Evidence of(History history, @Nullable List<String> offences) {
    return new Evidence(history, offences, false);
  }

  /** A history alone. */
  public static Evidence of(History history) {
    return new Evidence(history, null, true);
  }
}
