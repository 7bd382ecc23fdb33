package io.quorate.chaos.workload;

import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.EventType;
import io.quorate.chaos.history.HistoryWriter;
import io.quorate.chaos.history.Kind;
import io.quorate.chaos.sut.ClusterUnderTest;
import io.quorate.chaos.sut.Figures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Looks at each node's figures several times a second and writes down what changed: who leads which
 * group in which term, how far each replica is, what its state amounts to, and what it has stored
 * of terms and votes. One thread per node, since one that is frozen takes its time.
 */
public final class Observer implements AutoCloseable {

  private static final Duration INTERVAL = Duration.ofMillis(250);

  /** How long the log is, is looked at less often. */
  private static final int LOOKS_PER_SIZE = 4;

  private final ClusterUnderTest cluster;
  private final HistoryWriter history;
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean closed;
  private volatile long leaderChanged = System.nanoTime();

  private Observer(ClusterUnderTest cluster, HistoryWriter history) {
    this.cluster = cluster;
    this.history = history;
  }

  /** Begins to look at a cluster. */
  public static Observer start(ClusterUnderTest cluster, HistoryWriter history) {
    Observer observer = new Observer(cluster, history);
    for (int node : cluster.nodes()) {
      Thread thread = new Thread(() -> observer.watch(node), "observer-" + node);
      thread.setDaemon(true);
      thread.start();
      observer.threads.add(thread);
    }
    return observer;
  }

  private void watch(int node) {
    Map<String, Figures.Group> last = new HashMap<>();
    Votes votes = new Votes(history, node);
    long size = -1;
    int looks = 0;
    while (!closed) {
      votes.look(cluster.data(node));
      if (looks++ % LOOKS_PER_SIZE == 0) {
        size = noteLogSize(node, size);
      }
      Figures figures = cluster.figures(node);
      figures.groups().forEach((group, now) -> note(node, group, now, last.put(group, now)));
      try {
        Thread.sleep(INTERVAL.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** So that a line can be told to be from before or after a fault, whatever the node's clock. */
  private long noteLogSize(int node, long before) {
    long size = cluster.log(node).toFile().length();
    if (size != before) {
      history.record(Event.phase("log-size").by("observer", node, 0).count(size));
    }
    return size;
  }

  private void note(
      int node,
      String group,
      Figures.Group now,
      Figures.@org.jspecify.annotations.Nullable Group before) {
    if (now.term() < 0) {
      return; // its replica is closing
    }
    if (before == null || now.term() != before.term() || now.applied() != before.applied()) {
      history.record(
          Event.of(EventType.OK, Kind.REPLICA, 0)
              .by("observer", node, 0)
              .on(group)
              .count(now.term())
              .tag(now.applied()));
    }
    if (now.digestIndex() >= 0 && (before == null || now.digestIndex() != before.digestIndex())) {
      history.record(
          Event.of(EventType.OK, Kind.DIGEST, 0)
              .by("observer", node, 0)
              .on(group)
              .count(now.digestIndex())
              .tag(now.digest()));
    }
    boolean leads = now.leader() == node;
    boolean led = before != null && before.leader() == node && before.term() == now.term();
    if (leads && !led) {
      leaderChanged = System.nanoTime();
      history.record(
          Event.of(EventType.OK, Kind.LEADER, 0)
              .by("observer", node, 0)
              .on(group)
              .count(now.term()));
    }
  }

  /** Waits until no leadership has moved for a while, but not for longer than {@code limit}. */
  public void awaitSteadyLeaders(Duration steady, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (System.nanoTime() - leaderChanged < steady.toNanos() && System.nanoTime() < deadline) {
      Await.pause(INTERVAL);
    }
  }

  @Override
  public void close() {
    closed = true;
    threads.forEach(Thread::interrupt);
    for (Thread thread : threads) {
      try {
        thread.join(5000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
