package io.quorate.raftqueue.simulation;

import io.quorate.link.v1.FromShard;
import io.quorate.link.v1.ToShard;
import io.quorate.raftqueue.shard.FrontendPort;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * One stream from a node's frontends to another node: in order both ways, until it breaks; then
 * what is under way is lost and the two sides learn of it at their own times.
 */
final class SimLink implements FrontendPort {

  private static final int SILENCE_US = 600_000;

  private static final class Way {
    final SimProcess receiver;
    final ArrayDeque<Runnable> held = new ArrayDeque<>();
    final List<Runnable> forRoom = new ArrayList<>();
    long lastArrival;

    /** Sent and not arrived. */
    int underWay;

    boolean full;

    Way(SimProcess receiver) {
      this.receiver = receiver;
    }
  }

  private final Simulation sim;
  private final SimTime time;
  private final SimProcess from;
  private final SimProcess to;
  private final Way forth;
  private final Way back;

  /** From so many messages under way on, those who can wait have to. */
  private final int limit;

  private boolean broken;
  private long silentSince = -1;

  SimLink(Simulation sim, SimProcess from, SimProcess to) {
    this.sim = sim;
    this.time = sim.time();
    this.from = from;
    this.to = to;
    this.forth = new Way(to);
    this.back = new Way(from);
    this.limit = time.oneIn(2) ? time.between(1, 6) : Integer.MAX_VALUE;
    transmit(forth, () -> to.inboundOpened(this));
    watch();
  }

  SimProcess from() {
    return from;
  }

  SimProcess to() {
    return to;
  }

  boolean broken() {
    return broken;
  }

  void toShard(ToShard message) {
    transmit(forth, () -> to.replica().receive(message, this));
  }

  /** What the leader's side sends. */
  @Override
  public void send(FromShard message) {
    sim.oracle().leaders().sent(to, from, this, message);
    transmit(back, () -> from.client().receive(message));
  }

  @Override
  public boolean hasRoom() {
    return !back.full;
  }

  /** See {@link io.quorate.raftqueue.session.Route#takesMore}. */
  boolean takesMore(Runnable resume) {
    if (forth.full && !broken) {
      forth.forRoom.add(resume);
      return false;
    }
    return true;
  }

  private void arrived(Way way) {
    way.underWay--;
    if (way.full && way.underWay <= limit / 2) {
      way.full = false;
      if (way == back) {
        to.later(time.between(1, 200), () -> to.replica().portHasRoom());
      }
      List.copyOf(way.forRoom).forEach(resume -> from.later(time.between(1, 200), resume));
      way.forRoom.clear();
    }
  }

  void notice(long epoch, boolean leads) {
    transmit(back, () -> from.heard(to.id(), epoch, leads));
  }

  private void transmit(Way way, Runnable arrival) {
    if (broken) {
      return;
    }
    way.underWay++;
    way.full |= way.underWay > limit;
    int delay = time.oneIn(100) ? time.between(1_000, 60_000) : time.between(20, 800);
    way.lastArrival = Math.max(way.lastArrival + 1, time.now() + delay);
    time.after(way.lastArrival - time.now(), () -> arrive(way, arrival));
  }

  private void arrive(Way way, Runnable arrival) {
    way.held.add(arrival);
    release(way);
  }

  private void release(Way way) {
    SimProcess sender = way == forth ? from : to;
    while (!broken
        && !way.held.isEmpty()
        && sim.network().reaches(sender.id(), way.receiver.id())) {
      Runnable arrival = way.held.remove();
      way.receiver.later(
          0,
          () -> {
            if (!broken) {
              arrived(way);
              arrival.run();
            }
          });
    }
  }

  /** A stream that says nothing for long is given up; what a partition held back goes on. */
  private void watch() {
    if (broken) {
      return;
    }
    release(forth);
    release(back);
    boolean silent =
        !sim.network().connected(from.id(), to.id()) || !from.responsive() || !to.responsive();
    if (!silent) {
      silentSince = -1;
    } else if (silentSince < 0) {
      silentSince = time.now();
    } else if (time.now() - silentSince > SILENCE_US) {
      breakDown();
      return;
    }
    time.after(time.between(20_000, 50_000), this::watch);
  }

  /** The connection is gone. */
  void breakDown() {
    if (broken) {
      return;
    }
    broken = true;
    sim.say("", "link %d->%d breaks", from.id(), to.id());
    from.later(noticed(), () -> from.outboundClosed(this));
    to.later(noticed(), () -> to.inboundClosed(this));
  }

  private int noticed() {
    return time.oneIn(4) ? time.between(10_000, 400_000) : time.between(10, 5_000);
  }
}
