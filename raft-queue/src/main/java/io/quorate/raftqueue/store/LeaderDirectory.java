package io.quorate.raftqueue.store;

import io.quorate.raftqueue.raft.Epochs;
import io.quorate.raftqueue.thread.DaemonThreads;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Who leads which group, as this node has heard: from its own replicas and from the other nodes
 * over the links. The highest epoch wins. Thread-safe.
 */
public final class LeaderDirectory implements AutoCloseable {

  /**
   * @param epoch rises with every leadership of the group, see {@link Epochs}
   */
  public record Leader(int node, long epoch) {}

  /** Told of every change, one at a time and in order, on a thread of the directory's own. */
  public interface Listener {

    void leaderChanged(int group, @Nullable Leader leader);
  }

  private final Map<Integer, Leader> leaders = new HashMap<>();
  private final Map<Integer, Long> highest = new HashMap<>();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();

  /** So that whoever brings the news, a shard's loop among them, waits for nobody who hears it. */
  private final Executor notifier;

  private final Runnable stopNotifier;
  private boolean closed;

  /** Listeners are told on a thread of the directory's own. */
  public LeaderDirectory() {
    ExecutorService own = Executors.newSingleThreadExecutor(DaemonThreads.named("quorate-leaders"));
    notifier = own;
    stopNotifier = own::shutdown;
  }

  /**
   * @param notifier runs what listeners are told, one at a time and in order, later
   */
  public LeaderDirectory(Executor notifier) {
    this.notifier = notifier;
    this.stopNotifier = () -> {};
  }

  public void addListener(Listener listener) {
    listeners.add(listener);
  }

  public synchronized @Nullable Leader leader(int group) {
    return leaders.get(group);
  }

  /**
   * The node that leads a group in {@code term} or a later one; null if none is known, such as
   * while the group has begun that term without the leader of the one before.
   *
   * @param term read after the directory was asked for {@code leader}: then the two belong together
   */
  static @Nullable Integer leaderSince(@Nullable Leader leader, long term) {
    return leader == null || Epochs.term(leader.epoch()) < term ? null : leader.node();
  }

  public synchronized void leads(int group, int node, long epoch) {
    if (epoch < highest.getOrDefault(group, Long.MIN_VALUE)) {
      return; // an old leader that does not know yet
    }
    highest.put(group, epoch);
    Leader leader = new Leader(node, epoch);
    leaders.put(group, leader);
    tell(group, leader);
  }

  public synchronized void leadsNoLonger(int group, int node, long epoch) {
    Leader known = leaders.get(group);
    if (known != null && known.node() == node && known.epoch() <= epoch) {
      remove(group);
    }
  }

  /** A node cannot be reached: what it led has no leader that this node could talk to. */
  public synchronized void unreachable(int node) {
    List.copyOf(leaders.entrySet()).stream()
        .filter(entry -> entry.getValue().node() == node)
        .forEach(entry -> remove(entry.getKey()));
  }

  @Override
  public synchronized String toString() {
    return leaders.toString();
  }

  private void tell(int group, @Nullable Leader leader) {
    if (!closed) {
      notifier.execute(() -> listeners.forEach(listener -> listener.leaderChanged(group, leader)));
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    stopNotifier.run();
  }

  private void remove(int group) {
    leaders.remove(group);
    tell(group, null);
  }
}
