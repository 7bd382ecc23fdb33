package io.quorate.chaos.sut.network;

/** How a node's link to the network is taken away and given back; the provider knows. */
public interface Plug {

  void unplug(int node);

  void plug(int node);

  /** Gives the network back, after all nodes have ended. */
  default void release() {}
}
