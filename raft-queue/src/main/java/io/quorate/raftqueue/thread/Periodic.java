package io.quorate.raftqueue.thread;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tasks that are done again and again, also after they have failed once. */
public final class Periodic {

  private static final Logger LOG = LoggerFactory.getLogger(Periodic.class);

  private Periodic() {}

  /**
   * Runs a task every {@code ms} milliseconds, counted from the end of the run before. An executor
   * by itself would never run a task again that has thrown, and tell nobody.
   *
   * @param name what the log calls the task
   */
  public static ScheduledFuture<?> every(
      ScheduledExecutorService executor, long ms, String name, Runnable task) {
    return executor.scheduleWithFixedDelay(
        () -> {
          try {
            task.run();
          } catch (RuntimeException e) {
            LOG.error("{} failed; this is a defect", name, e);
          }
        },
        ms,
        ms,
        TimeUnit.MILLISECONDS);
  }
}
