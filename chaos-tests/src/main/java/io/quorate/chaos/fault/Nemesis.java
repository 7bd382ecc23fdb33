package io.quorate.chaos.fault;

import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.HistoryWriter;
import io.quorate.chaos.sut.Capability;
import io.quorate.chaos.sut.ClusterUnderTest;
import java.time.Duration;
import java.util.Random;

/** Does to a cluster what a schedule says, and makes it well again. */
public final class Nemesis {

  private static final Duration RECOVERY_LIMIT = Duration.ofSeconds(45);

  private final ClusterUnderTest cluster;
  private final HistoryWriter history;
  private final Remarks remarks;

  public Nemesis(ClusterUnderTest cluster, HistoryWriter history, Remarks remarks) {
    this.cluster = cluster;
    this.history = history;
    this.remarks = remarks;
    remarks.listen(text -> history.record(Event.phase("misbehaviour").on(text)));
  }

  /** Goes on for the time given; the last step may take a little longer. */
  public void torment(Schedule schedule, Duration time) {
    Hold all = new Hold(time);
    while (!all.isOver() && schedule.hasNext()) {
      Step step = schedule.next();
      all.rest(step.quiet());
      if (!all.isOver()) {
        run(step);
      }
    }
    all.toTheEnd();
  }

  private void run(Step step) {
    Thread companion = null;
    if (step.faults().size() > 1) {
      companion = new Thread(() -> runFault(step, 1), "companion");
      companion.start();
    }
    runFault(step, 0);
    if (companion != null) {
      join(companion);
    }
    if (step.recovers()) {
      awaitRecovery();
    }
  }

  private void runFault(Step step, int index) {
    Fault fault = step.faults().get(index);
    FaultContext context =
        new FaultContext(cluster, history, new Random(step.seed() + index), remarks);
    String name = fault.name();
    try {
      Harm harm = fault.aim().at(context);
      remarks.say("step " + step.number() + ": " + name + ", " + harm.target());
      history.record(Event.fault(name, harm.target(), true).victims(harm.victims()));
      try {
        harm.inject();
        harm.hold(new Hold(step.lasting().get(index)));
        remarks.countDone(name);
        history.record(Event.phase("fault-done").on(name));
      } finally {
        harm.heal();
        history.record(Event.fault(name, harm.target(), false));
        remarks.say("step " + step.number() + ": " + name + " is over");
      }
    } catch (NotNow e) {
      remarks.countNotDone(name);
      history.record(Event.phase("fault-not-possible").on(name + ": " + e.getMessage()));
      remarks.say("step " + step.number() + ": " + name + " was not possible: " + e.getMessage());
    } catch (RuntimeException | AssertionError e) {
      // The harness's own trouble: it must not look as if all had been done.
      remarks.misbehaviour("the fault " + name + " failed: " + e.getMessage());
    }
  }

  private void awaitRecovery() {
    Hold limit = new Hold(RECOVERY_LIMIT);
    while (!limit.isOver()) {
      if (cluster.nodes().stream().allMatch(cluster::isReady)) {
        return;
      }
      limit.rest(Duration.ofMillis(100));
    }
    remarks.say("not all nodes are ready after " + RECOVERY_LIMIT.toSeconds() + " s: going on");
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /**
   * Takes back whatever may be left of any fault, notes that everything is healed, and waits until
   * all nodes are ready.
   */
  public void makeWell() {
    Integer[] all = ProcessFaults.array(cluster.nodes());
    if (cluster.capabilities().contains(Capability.NETWORK)) {
      cluster.network().heal();
    }
    cluster.resume(all);
    for (int node : all) {
      if (cluster.capabilities().contains(Capability.DISK)) {
        cluster.disks().repair(node);
      }
      if (cluster.capabilities().contains(Capability.CLOCK)) {
        cluster.setClock(node, 0);
      }
    }
    cluster.start(all);
    history.record(Event.phase("heal"));
    long begin = System.nanoTime();
    try {
      cluster.awaitReady();
      long ms = (System.nanoTime() - begin) / 1_000_000;
      remarks.say("all nodes are ready, " + ms + " ms after everything was healed");
    } catch (AssertionError e) {
      remarks.misbehaviour("after everything was healed: " + e.getMessage());
    }
    // Leaderships move for a moment after a start.
    Await.pause(Duration.ofMillis(500));
  }
}
