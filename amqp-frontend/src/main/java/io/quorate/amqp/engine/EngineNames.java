package io.quorate.amqp.engine;

/** Makes names that nobody has: for queues and consumers that clients leave to the server. */
@FunctionalInterface
public interface EngineNames {

  /** The prefix followed by something that was never used before in the cluster. */
  String next(String prefix);
}
