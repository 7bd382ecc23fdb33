package io.quorate.raftqueue.shard;

/**
 * The one thread of a shard, with its clock. The simulation has one of its own, with virtual time.
 */
public interface Loop {

  /**
   * Runs a task on the loop, after those handed over before. May make the caller wait while the
   * loop is far behind.
   */
  void execute(Runnable task);

  /** Runs a task on the loop after a delay. */
  void schedule(Runnable task, long delayMs);

  /** A clock that only rises, in nanoseconds. */
  long nanoTime();

  /** Sets what runs on the loop after each burst of tasks, once there is nothing left to do. */
  void afterBurst(Runnable hook);
}
