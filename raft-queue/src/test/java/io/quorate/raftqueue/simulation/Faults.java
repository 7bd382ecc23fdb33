package io.quorate.raftqueue.simulation;

import java.util.ArrayList;
import java.util.List;

/** What goes wrong, as the dice say. */
final class Faults {

  private final Simulation sim;
  private final SimTime time;
  private final int rate;
  private boolean over;

  Faults(Simulation sim) {
    this.sim = sim;
    this.time = sim.time();
    this.rate = time.between(15, 300);
  }

  void start() {
    if (over) {
      return;
    }
    if (!time.oneIn(8)) {
      strike();
    }
    time.after(time.between(1, rate * 2) * 1000L, this::start);
  }

  private int anyNode() {
    return time.between(1, sim.size() + 1);
  }

  private void strike() {
    int node = anyNode();
    switch (time.between(0, 12)) {
      case 0 -> crash(node);
      case 1, 2 -> pause(node);
      case 3, 4, 5 -> breakLink(node);
      case 6 -> partition(node);
      case 7 -> oneWay(node);
      case 8 -> {
        sim.say("", "the network heals");
        sim.network().heal();
      }
      case 9, 10 -> transfer(anyNode());
      default -> {
        if (time.oneIn(2)) {
          crashAll();
        }
      }
    }
  }

  /** The whole cluster loses power: of each log, what was not forced. */
  private void crashAll() {
    sim.say("", "the power goes");
    for (SimProcess process : sim.processes()) {
      if (process.running()) {
        crashNow(process.id());
      }
    }
  }

  private void crash(int node) {
    if (!sim.process(node).running()) {
      return;
    }
    SimProcess process = sim.process(node);
    if (time.oneIn(4) && process.responsive()) {
      sim.say("", "node %d stops in good order", node);
      sim.oracle().clients().forgetProcess(process);
      process.client().close();
      process.later(time.between(100, 20_000), () -> crashNow(node));
    } else {
      crashNow(node);
    }
  }

  private void crashNow(int node) {
    sim.crash(node);
    time.after(
        time.between(10_000, 900_000),
        () -> {
          if (!sim.node(node).alive()) {
            sim.restart(node);
          }
        });
  }

  private void pause(int node) {
    if (!sim.process(node).responsive()) {
      return;
    }
    sim.say("", "node %d is paused", node);
    sim.node(node).pause();
    int run = sim.node(node).run();
    time.after(
        time.oneIn(2) ? time.between(1_000, 60_000) : time.between(60_000, 1_200_000),
        () -> {
          if (sim.node(node).isRun(run)) {
            resume(node);
          }
        });
  }

  private void resume(int node) {
    if (sim.node(node).paused()) {
      sim.say("", "node %d goes on", node);
      sim.node(node).resume();
    }
  }

  private void breakLink(int node) {
    List<SimLink> links = new ArrayList<>(sim.process(node).links());
    if (!links.isEmpty()) {
      links.get(time.between(0, links.size())).breakDown();
    }
  }

  private void partition(int node) {
    sim.say("", "node %d is cut off", node);
    for (int other = 1; other <= sim.size(); other++) {
      if (other != node) {
        sim.network().cut(node, other);
        sim.network().cut(other, node);
      }
    }
    healLater();
  }

  private void oneWay(int node) {
    int other = anyNode();
    sim.say("", "nothing goes from node %d to node %d", node, other);
    sim.network().cut(node, other);
    healLater();
  }

  private void healLater() {
    time.after(
        time.between(20_000, 1_500_000),
        () -> {
          sim.say("", "the network heals");
          sim.network().heal();
        });
  }

  /** As the store hands over a leadership: deliveries stop first. */
  private void transfer(int to) {
    for (SimProcess process : sim.processes()) {
      if (process.responsive() && process.ledEpoch() != null) {
        sim.say("", "node %s is to hand over to %d", process, to);
        process
            .replica()
            .suspendDelivery()
            .thenCompose(suspended -> process.member().transferLeadership(to))
            .whenComplete(
                (done, failure) -> {
                  sim.say("", "handing over %s", failure == null ? "is done" : "failed");
                  process.replica().resumeDelivery();
                });
      }
    }
  }

  /** From now on everything works. */
  void heal() {
    over = true;
    sim.say("", "everything heals");
    sim.network().heal();
    for (int node = 1; node <= sim.size(); node++) {
      resume(node);
      if (!sim.node(node).alive()) {
        sim.restart(node);
      }
    }
  }
}
