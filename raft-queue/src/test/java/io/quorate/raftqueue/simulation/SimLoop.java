package io.quorate.raftqueue.simulation;

import io.quorate.raftqueue.shard.Loop;
import java.util.ArrayDeque;

/** A shard's loop on virtual time, with bursts of any length and now and then a stall. */
final class SimLoop implements Loop {

  private final SimNode node;
  private final SimTime time;
  private final ArrayDeque<Runnable> inbox = new ArrayDeque<>();
  private Runnable hook = () -> {};
  private boolean scheduled;
  private boolean direct;

  SimLoop(SimNode node, SimTime time) {
    this.node = node;
    this.time = time;
  }

  @Override
  public void execute(Runnable task) {
    if (direct) {
      task.run();
      return;
    }
    inbox.add(task);
    scheduleBurst();
  }

  private void scheduleBurst() {
    if (!scheduled) {
      scheduled = true;
      boolean stalls = time.oneIn(500);
      node.later(stalls ? time.between(50_000, 400_000) : time.between(10, 150), this::burst);
    }
  }

  private void burst() {
    scheduled = false;
    int limit = time.oneIn(4) ? time.between(1, 4) : 100;
    Runnable task;
    for (int i = 0; i < limit && (task = inbox.poll()) != null; i++) {
      task.run();
    }
    hook.run();
    if (!inbox.isEmpty()) {
      scheduleBurst();
    }
  }

  /** Runs a call that waits for the loop: what came before it is done first. */
  void waitFor(Runnable call) {
    Runnable task;
    while ((task = inbox.poll()) != null) {
      task.run();
    }
    direct = true;
    try {
      call.run();
    } finally {
      direct = false;
    }
  }

  @Override
  public void schedule(Runnable task, long delayMs) {
    node.later(delayMs * 1000 + time.between(0, 500), () -> execute(task));
  }

  /** Some runs play a machine without processor time to spare. */
  @Override
  public long patienceNanos() {
    return time.patienceUs() * 1_000L;
  }

  @Override
  public long nanoTime() {
    return time.now() * 1000;
  }

  @Override
  public void afterBurst(Runnable hook) {
    this.hook = hook;
  }
}
