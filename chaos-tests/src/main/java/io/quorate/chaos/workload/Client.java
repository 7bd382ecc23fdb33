package io.quorate.chaos.workload;

import com.rabbitmq.client.ShutdownSignalException;
import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.history.HistoryWriter;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A client on a thread of its own that connects to the first of its nodes and, whenever the
 * connection ends, to the next, round and round, until it is stopped.
 */
public abstract class Client {

  private static final Duration RETRY = Duration.ofMillis(100);

  private final Access access;
  private final String name;
  private final List<Integer> nodes;
  private final Thread thread;
  private volatile boolean stopping;
  private volatile @Nullable Link current;

  Client(Access access, String name, List<Integer> nodes) {
    this.access = access;
    this.name = name;
    this.nodes = List.copyOf(nodes);
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  /** Uses a connection until it ends or {@link #stopping}; the caller closes it. */
  abstract void serve(Link link) throws IOException, InterruptedException;

  /** The connection has ended, whatever the reason: what is not known by now never will be. */
  abstract void ended();

  HistoryWriter history() {
    return access.history();
  }

  String name() {
    return name;
  }

  boolean stopping() {
    return stopping;
  }

  public void start() {
    thread.start();
  }

  private void run() {
    for (int attempt = 0; !stopping; attempt++) {
      try (Link link = Link.open(access, name, nodes.get(attempt % nodes.size()))) {
        current = link;
        serve(link);
      } catch (IOException | TimeoutException | ShutdownSignalException e) {
        Await.pause(RETRY); // the history has what happened
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } finally {
        ended();
      }
    }
  }

  /** Lets it come to an end: a publisher waits for its confirms, a while. */
  public void stop() {
    stopping = true;
  }

  /** Ends it at once, without a goodbye. */
  public void abort() {
    stopping = true;
    Link link = current;
    if (link != null) {
      link.cut();
    }
  }

  /** Waits for its end; false if it takes longer than {@code limit}. */
  public boolean join(Duration limit) {
    try {
      thread.join(Math.max(1, limit.toMillis()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }
}
