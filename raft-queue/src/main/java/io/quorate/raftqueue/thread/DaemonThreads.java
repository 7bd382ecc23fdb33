package io.quorate.raftqueue.thread;

import java.util.concurrent.ThreadFactory;

/** Threads that do not keep the process alive. */
public final class DaemonThreads {

  private DaemonThreads() {}

  /** A thread that has not been started. */
  public static Thread of(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /** For executors, whose threads all have this name. */
  public static ThreadFactory named(String name) {
    return task -> of(task, name);
  }
}
