package io.quorate.raftqueue.shard;

import io.quorate.raftqueue.thread.DaemonThreads;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link Loop} on a thread of its own. Tasks are taken in bursts; a burst ends when the inbox is
 * empty or after a fixed number of tasks, so that what is done once per burst is neither rare nor
 * frequent.
 */
public final class LoopThread implements Loop, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LoopThread.class);

  /** For at most so long: the loop may be waiting for what its callers hold. */
  private static final int ROOM_WAIT_MS = 100;

  private static final ScheduledExecutorService TIMER =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("quorate-timer"));

  private final ConcurrentLinkedQueue<Runnable> inbox = new ConcurrentLinkedQueue<>();
  private final AtomicInteger size = new AtomicInteger();
  private final Thread thread;
  private final LongSupplier patience;
  private final int inboxLimit;
  private final int burstLimit;
  private volatile Runnable hook = () -> {};

  /** When the loop is to wake by itself; loop thread only, and meaningless unless wanted. */
  private long wakeAt;

  private boolean wakeWanted;
  private volatile boolean parked;
  private volatile boolean wakeComes;
  private volatile boolean closed;

  public LoopThread(String name) {
    this(name, () -> 0, ShardSettings.DEFAULT);
  }

  /**
   * @param patience answers {@link #patienceNanos}; called on the loop
   * @param settings say how long the inbox and a burst may be
   */
  public LoopThread(String name, LongSupplier patience, ShardSettings settings) {
    this.patience = patience;
    this.inboxLimit = settings.inboxEntries();
    this.burstLimit = settings.burst();
    thread = DaemonThreads.of(this::run, name);
    thread.start();
  }

  @Override
  public void execute(Runnable task) {
    if (!closed) {
      add(task);
      if (parked) {
        LockSupport.unpark(thread);
      }
    }
  }

  @Override
  public void executeSoon(Runnable task) {
    if (!closed) {
      add(task); // before the looks: the loop says first whether it will wake, then looks here
      if (parked && !wakeComes) {
        LockSupport.unpark(thread);
      }
    }
  }

  private void add(Runnable task) {
    inbox.add(task);
    size.incrementAndGet();
  }

  @Override
  public void wakeComes(boolean sure) {
    wakeComes = sure;
  }

  @Override
  public void schedule(Runnable task, long delayMs) {
    TIMER.schedule(() -> execute(task), delayMs, TimeUnit.MILLISECONDS);
  }

  @Override
  public void wakeIn(long nanos) {
    wakeAt = System.nanoTime() + nanos;
    wakeWanted = true;
  }

  @Override
  public long patienceNanos() {
    return patience.getAsLong();
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public void afterBurst(Runnable hook) {
    this.hook = hook;
  }

  /** Stops after the current task; what waits is dropped. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    if (Thread.currentThread() != thread) {
      try {
        thread.join(TimeUnit.SECONDS.toMillis(5));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void awaitRoom() {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ROOM_WAIT_MS);
    while (size.get() > inboxLimit
        && !closed
        && Thread.currentThread() != thread
        && System.nanoTime() - end < 0) {
      if (parked) {
        LockSupport.unpark(thread); // it may count on the very entry that this caller brings
      }
      LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
    }
  }

  private void run() {
    while (!closed) {
      int done = 0;
      Runnable task;
      while (done < burstLimit && (task = inbox.poll()) != null) {
        size.decrementAndGet();
        done++;
        runSafely(task);
      }
      if (done > 0 || wakeIsDue()) {
        wakeWanted = false;
        runSafely(hook);
      } else {
        parkUntilTask();
      }
    }
  }

  private void parkUntilTask() {
    parked = true;
    if (inbox.isEmpty() && !closed) {
      if (wakeWanted) {
        LockSupport.parkNanos(this, wakeAt - System.nanoTime());
      } else {
        LockSupport.park(this);
      }
    }
    parked = false;
  }

  private boolean wakeIsDue() {
    return wakeWanted && wakeAt - System.nanoTime() <= 0;
  }

  private void runSafely(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.error("{}: a task failed; this is a defect", thread.getName(), e);
    }
  }
}
