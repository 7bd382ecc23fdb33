package io.quorate.raftqueue.raft.ratis;

import java.util.concurrent.ThreadFactory;

/** Threads that do not keep the process alive. */
final class DaemonThreads {

  private DaemonThreads() {}

  static Thread of(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  static ThreadFactory named(String name) {
    return task -> of(task, name);
  }
}
