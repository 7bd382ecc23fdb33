package io.quorate.raftqueue.metadata;

import io.quorate.raftqueue.api.Definitions;
import io.quorate.raftqueue.api.ExchangeDefinition;
import io.quorate.raftqueue.api.QueueDefinition;
import io.quorate.raftqueue.api.QueueRef;
import io.quorate.raftqueue.api.RoutedMessage;
import io.quorate.raftqueue.routing.ExchangeNode;
import io.quorate.raftqueue.routing.QueueDestination;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.StampedLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A node's copy of the definitions: one thread applies entries, any thread reads.
 *
 * <p>Reads are many and changes are few, so what is asked for with every message is read without a
 * lock: a single look-up in a concurrent map is consistent by itself, and a route that takes
 * several is read optimistically and only counts if nothing was applied meanwhile (a {@link
 * StampedLock}: readers don't write to shared memory, so they don't slow each other down).
 * Everything else takes the read lock. An entry is applied under the write lock: readers see all of
 * it or nothing.
 */
public final class MetadataDefinitions implements Definitions {

  /** How many users' passwords are remembered as verified. */
  private static final int REMEMBERED_PASSWORDS = 10_000;

  private final StampedLock lock = new StampedLock();
  private final QueueEvents events;
  private final PasswordVerifier passwords = new PasswordVerifier(REMEMBERED_PASSWORDS);
  private volatile MetadataState state;

  /**
   * Set after the change it stands for: who reads the new version sees the new state. The other way
   * round, a reader could keep an old route under the new version.
   */
  private volatile long version;

  public MetadataDefinitions(MetadataListener listener) {
    this.events = new QueueEvents(listener);
    this.state = new MetadataState(events);
  }

  /**
   * Applies an entry; the listener is called before it returns, when readers see the change
   * already. One thread at a time.
   *
   * @param index the entry's index in the log, higher than that of the entry before
   * @return an answer for each command
   */
  public List<Applied> apply(long index, List<MetadataCommand> commands) {
    List<Applied> applied = new ArrayList<>(commands.size());
    long stamp = lock.writeLock();
    try {
      if (index <= state.appliedIndex()) {
        throw new IllegalArgumentException(
            "entry " + index + " comes after entry " + state.appliedIndex() + " was applied");
      }
      long before = state.changes();
      for (MetadataCommand command : commands) {
        applied.add(state.apply(index, command));
      }
      publish(state.changes() - before);
    } finally {
      lock.unlockWrite(stamp);
    }
    events.deliver();
    return applied;
  }

  /** The state now. Quick; on the thread that applies. */
  public MetadataSnapshot capture() {
    return MetadataSnapshot.of(state);
  }

  /**
   * Replaces the state, on the thread that applies. The listener hears nothing: compare {@link
   * #queues} before and after.
   *
   * @param snapshot null for the empty state
   * @throws IllegalArgumentException if the snapshot contradicts itself; nothing has changed then
   */
  public void restore(@Nullable MetadataSnapshot snapshot) {
    MetadataState restored =
        snapshot == null ? new MetadataState(events) : new MetadataState(snapshot, events);
    long stamp = lock.writeLock();
    try {
      state = restored;
      publish(1);
    } finally {
      lock.unlockWrite(stamp);
    }
  }

  /** Index of the last entry that was applied; -1 if none was. */
  public long appliedIndex() {
    return read(MetadataState::appliedIndex);
  }

  /**
   * The last id that was given to a queue; ids rise with every queue and are never given again. 0
   * if none was.
   */
  public long lastQueueId() {
    return read(MetadataState::lastQueueId);
  }

  /** The incarnation that a node last said it started with; 0 if it never did. */
  public long incarnation(int node) {
    return read(s -> s.incarnations().getOrDefault(node, 0L));
  }

  /** Whether there is any user at all; false in a cluster that has just been made. */
  public boolean hasUsers() {
    return !state.users().isEmpty();
  }

  public boolean hasUser(String user) {
    return state.users().containsKey(user);
  }

  @Override
  public boolean hasVhost(String vhost) {
    return state.vhosts().containsKey(vhost);
  }

  @Override
  public @Nullable ExchangeDefinition exchange(String vhost, String name) {
    Vhost host = state.vhosts().get(vhost);
    ExchangeNode exchange = host == null ? null : host.routes().exchange(name);
    return exchange == null ? null : exchange.definition();
  }

  @Override
  public @Nullable QueueDefinition queue(String vhost, String name) {
    Vhost host = state.vhosts().get(vhost);
    QueueDestination queue = host == null ? null : host.routes().queue(name);
    return queue == null ? null : queue.definition();
  }

  @Override
  public @Nullable QueueDefinition queue(long id) {
    QueueDestination queue = this.<@Nullable QueueDestination>read(s -> s.queues().get(id));
    return queue == null ? null : queue.definition();
  }

  @Override
  public List<QueueDefinition> queues() {
    return read(s -> s.queues().all().stream().map(QueueDestination::definition).toList());
  }

  @Override
  public List<String> vhosts() {
    return state.vhosts().keySet().stream().sorted().toList();
  }

  @Override
  public List<ExchangeDefinition> exchanges(String vhost) {
    return read(
        s -> {
          Vhost host = s.vhosts().get(vhost);
          return host == null
              ? List.of()
              : host.routes().exchanges().stream()
                  .map(ExchangeNode::definition)
                  .sorted(Comparator.comparing(ExchangeDefinition::name))
                  .toList();
        });
  }

  /** Slow (about 10 ms) the first time for a user, and whenever the password is wrong. */
  @Override
  public boolean authenticate(String user, String password) {
    PasswordHash hash = state.users().get(user);
    return hash != null && passwords.verify(hash, password);
  }

  @Override
  public @Nullable List<QueueRef> route(
      String vhost, String exchange, String routingKey, RoutedMessage message) {
    long stamp = lock.tryOptimisticRead();
    if (stamp != 0) {
      Vhost host = state.vhosts().get(vhost);
      List<QueueRef> atHand = host == null ? null : host.routes().routeAtHand(exchange, routingKey);
      if (atHand != null && lock.validate(stamp)) {
        return atHand;
      }
    }
    return route(vhost, exchange, List.of(routingKey), message);
  }

  @Override
  public @Nullable List<QueueRef> route(
      String vhost, String exchange, List<String> routingKeys, RoutedMessage message) {
    long stamp = lock.readLock();
    try {
      Vhost host = state.vhosts().get(vhost);
      return host == null ? null : host.routes().route(exchange, routingKeys, message);
    } finally {
      lock.unlockRead(stamp);
    }
  }

  @Override
  public long version() {
    return version;
  }

  /** Under the write lock. */
  private void publish(long changes) {
    long next = version + changes;
    version = next;
  }

  private <T extends @Nullable Object> T read(Function<MetadataState, T> question) {
    long stamp = lock.readLock();
    try {
      return question.apply(state);
    } finally {
      lock.unlockRead(stamp);
    }
  }
}
