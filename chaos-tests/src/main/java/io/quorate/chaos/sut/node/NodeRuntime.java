package io.quorate.chaos.sut.node;

import io.quorate.chaos.sut.network.NodeNetwork;
import java.util.OptionalInt;

/** What the process of a node runs in; provided by the provider. */
public interface NodeRuntime {

  /** The number of the node. */
  int node();

  /** Where it is in the network. */
  NodeNetwork network();

  /** Runs the node's launch script, without waiting for anything. */
  void launch();

  /**
   * Sends a signal to the node's process; nothing happens if there is none.
   *
   * @param name without SIG: {@code KILL}, {@code STOP}, {@code CONT}
   */
  void signal(String name);

  /** True if the node's process is there, frozen or not. */
  boolean isRunning();

  /** What the node's process returned when it last ended; empty if it runs or never did. */
  OptionalInt exitCode();

  /** Ends everything and gives back what it took. */
  void release();
}
