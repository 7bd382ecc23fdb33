package io.quorate.raftqueue.shard;

import io.quorate.link.v1.FromShard;

/** The way back to one node's frontends. Thread-safe; must not block. */
public interface FrontendPort {

  void send(FromShard message);

  /**
   * Whether deliveries should go on; if not, the shard hears when they should. Answers and confirms
   * may be sent all the same.
   */
  default boolean hasRoom() {
    return true;
  }
}
