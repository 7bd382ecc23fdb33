package io.quorate.raftqueue.link;

/**
 * Bounds of the links.
 *
 * @param queueBytes what may wait to be sent, for each link and direction, before those who can
 *     wait have to
 * @param silenceMs a link on which nothing came for so long is closed
 * @param stallMs a link that takes nothing of what waits for so long is closed
 */
public record LinkLimits(long queueBytes, int silenceMs, int stallMs) {

  public LinkLimits {
    if (queueBytes <= 0 || silenceMs <= 0 || stallMs <= 0) {
      throw new IllegalArgumentException("a limit of links must be positive");
    }
  }
}
