package io.quorate.raftqueue.shard;

import io.quorate.link.v1.FromShard;

/** The way back to one node's frontends. Thread-safe; must not block. */
public interface FrontendPort {

  void send(FromShard message);
}
