package io.quorate.raftqueue.shard;

/**
 * The one thread of a shard, with its clock. The simulation has one of its own, with virtual time.
 */
public interface Loop {

  /** Runs a task on the loop, after those handed over before. Never waits. */
  void execute(Runnable task);

  /**
   * As {@link #execute}, for what need not be looked at before the loop wakes by itself, if {@link
   * #wakeComes} has said that it will.
   */
  default void executeSoon(Runnable task) {
    execute(task);
  }

  /** Whether something under way is sure to wake the loop in a moment. On the loop. */
  default void wakeComes(boolean sure) {}

  /**
   * Makes the caller wait, for a moment at most, while the loop is far behind. For the threads of
   * Raft that bring entries to be applied.
   */
  default void awaitRoom() {}

  /** Runs a task on the loop after a delay. */
  void schedule(Runnable task, long delayMs);

  /**
   * What {@link #afterBurst} has set runs again after this time at the latest, in nanoseconds; said
   * anew by each run that still wants it. On the loop.
   */
  default void wakeIn(long nanos) {
    schedule(() -> {}, Math.max(1, nanos / 1_000_000));
  }

  /**
   * How long it pays to wait for company before more is begun, in nanoseconds: 0 unless the machine
   * has no processor time to spare.
   */
  default long patienceNanos() {
    return 0;
  }

  /** A clock that only rises, in nanoseconds. */
  long nanoTime();

  /** Sets what runs on the loop after each burst of tasks, once there is nothing left to do. */
  void afterBurst(Runnable hook);
}
