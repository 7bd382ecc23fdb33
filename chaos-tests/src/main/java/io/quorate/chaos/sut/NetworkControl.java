package io.quorate.chaos.sut;

import java.time.Duration;

/**
 * The network between the nodes of a cluster. Clients are never cut off by it. What it does holds
 * while nodes are killed and started, until {@link #heal}. Directions are told apart: a partition
 * needs both.
 */
public interface NetworkControl {

  /** Drops what one node sends to another. */
  void drop(int from, int to);

  /**
   * Drops a part of the packets that one node sends to another.
   *
   * @param probability 0 to 1
   */
  void lose(int from, int to, double probability);

  /** Takes a node's link to the others away. Its clients lose it too. */
  void unplug(int node);

  /** Gives a node the link that was taken away. */
  void plug(int node);

  /**
   * Limits what a node sends, to clients too.
   *
   * @param kilobitsPerSecond at least 100
   */
  void limitBandwidth(int node, int kilobitsPerSecond);

  /**
   * Delays what one node sends to another over connections that it opened, and their answers; with
   * {@link Capability#PROXY}.
   *
   * @param jitter the most that is added to the delay, evenly distributed
   */
  void delay(int from, int to, Duration delay, Duration jitter);

  /**
   * Holds back all bytes of the connections that one node opened to another; with {@link
   * Capability#PROXY}.
   */
  void stall(int from, int to);

  /** Resets the connections that one node opened to another; with {@link Capability#PROXY}. */
  void reset(int from, int to);

  /** Takes back everything. */
  void heal();
}
