package io.quorate.chaos.check;

import java.util.List;

/**
 * What there is to judge a run by.
 *
 * @param offences lines of the nodes' logs that should not be there
 */
public record Evidence(History history, List<String> offences) {

  /** A history alone. */
  public static Evidence of(History history) {
    return new Evidence(history, List.of());
  }
}
