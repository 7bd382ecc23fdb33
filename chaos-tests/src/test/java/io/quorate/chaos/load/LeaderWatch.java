package io.quorate.chaos.load;

import io.quorate.chaos.cluster.AdminApi;
import io.quorate.chaos.cluster.AdminApi.Leadership;
import io.quorate.chaos.cluster.AdminApi.Refused;
import io.quorate.chaos.cluster.LocalCluster;
import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.EventType;
import io.quorate.chaos.history.HistoryWriter;
import io.quorate.chaos.history.Kind;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Asks a node several times a second who leads its shards and writes down each change: on a busy
 * machine leaders change although nobody does anything to their cluster.
 */
final class LeaderWatch implements AutoCloseable {

  private static final Duration INTERVAL = Duration.ofMillis(250);
  private static final Duration END_LIMIT = Duration.ofSeconds(10);

  private final AdminApi node;
  private final HistoryWriter history;
  private final Map<Integer, Leadership> last = new HashMap<>();
  private final Thread thread = new Thread(this::watch, "leader-watch");
  private volatile boolean closed;

  private LeaderWatch(AdminApi node, HistoryWriter history) {
    this.node = node;
    this.history = history;
    thread.setDaemon(true);
  }

  static LeaderWatch start(LocalCluster cluster, HistoryWriter history) {
    int first = cluster.nodes().get(0);
    LeaderWatch watch = new LeaderWatch(new AdminApi(cluster.admin(first).endpoints()), history);
    watch.thread.start();
    return watch;
  }

  private void watch() {
    while (!closed) {
      try {
        node.leaderships().forEach(this::note);
        Thread.sleep(INTERVAL.toMillis());
      } catch (Refused e) {
        // asked again
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** Who led at the first look led before the first message. */
  private void note(int shard, Leadership now) {
    Leadership before = last.put(shard, now);
    if (before != null && !before.equals(now)) {
      history.record(
          Event.of(EventType.OK, Kind.LEADER, 0)
              .by("observer", now.leader(), 0)
              .on("" + shard)
              .count(now.term()));
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(END_LIMIT.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    node.close();
  }
}
