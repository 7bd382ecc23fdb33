package io.quorate.raftqueue.simulation;

import java.util.ArrayDeque;

/** A process: what runs on it waits while it is paused and is gone when it has crashed. */
final class SimNode {

  private final int id;
  private final SimTime time;
  private final ArrayDeque<Runnable> frozen = new ArrayDeque<>();
  private boolean alive = true;
  private boolean paused;
  private int run = 1;

  SimNode(int id, SimTime time) {
    this.id = id;
    this.time = time;
  }

  int id() {
    return id;
  }

  /** The number of this run of the process; also its incarnation. */
  int run() {
    return run;
  }

  boolean alive() {
    return alive;
  }

  boolean paused() {
    return paused;
  }

  /** Alive and not paused. */
  boolean responsive() {
    return alive && !paused;
  }

  boolean isRun(int number) {
    return alive && run == number;
  }

  /** Does something on this node after a while, if the process lives then. */
  void later(long delayUs, Runnable task) {
    int started = run;
    time.after(
        delayUs,
        () -> {
          if (isRun(started)) {
            now(task);
          }
        });
  }

  private void now(Runnable task) {
    if (paused) {
      frozen.add(task);
    } else {
      task.run();
    }
  }

  void pause() {
    paused = true;
  }

  void resume() {
    paused = false;
    while (!frozen.isEmpty() && !paused && alive) {
      frozen.remove().run();
    }
  }

  void crash() {
    alive = false;
    paused = false;
    frozen.clear();
  }

  void restart() {
    run++;
    alive = true;
  }
}
