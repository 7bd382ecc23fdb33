package io.quorate.raftqueue.session;

import io.quorate.link.v1.ToShard;

/** The way to a shard's leader, in this process or over a link. */
public interface Route {

  /** Has {@code sender} run soon, on the one thread that may call {@link #send}. */
  void schedule(Runnable sender);

  /**
   * Whether operations and requests should be sent now; if not, {@code resume} is run, as by {@link
   * #schedule}, when they should, unless the leader is lost before.
   */
  default boolean takesMore(Runnable resume) {
    return true;
  }

  /** Sends a message; lost without a sign if the leader is gone. */
  void send(ToShard message);
}
