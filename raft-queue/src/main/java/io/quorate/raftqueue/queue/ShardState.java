package io.quorate.raftqueue.queue;

import io.quorate.log.v1.Batch;
import io.quorate.log.v1.Enqueue;
import io.quorate.log.v1.Operation;
import io.quorate.log.v1.Purge;
import io.quorate.log.v1.Requeue;
import io.quorate.log.v1.Run;
import io.quorate.log.v1.Session;
import io.quorate.log.v1.Settle;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The replicated state of a shard: its queues, and the last operation taken from each frontend.
 *
 * <p>A numbered operation is applied only if it is the next of its session: one that was applied
 * before (sent again after a failover) and one after a gap (an earlier batch was lost) change
 * nothing. That makes every operation happen exactly once. Not thread-safe.
 */
public final class ShardState {

  /** The format that this code writes; it reads all up to this. */
  public static final int FORMAT_VERSION = 1;

  /** How many positions one operation should name at most, so that it fits into a Raft entry. */
  public static final int MAX_POSITIONS = 10_000;

  /**
   * What a message in a queue takes without its body: 32 bytes, and its slot in the queue's index.
   */
  private static final long PLACE_BYTES = 36;

  /** What is kept in memory of a body that is paged: 24 bytes, and 12 in its page file's tables. */
  private static final long PAGED_BODY_BYTES = 36;

  /**
   * A frontend's stream of operations: the run of the node it belongs to, and how far it has come.
   */
  record SessionState(long incarnation, long lastSequence) {}

  private final Map<Integer, SessionState> sessions = new HashMap<>();
  private final Map<Long, QueueState> queues = new HashMap<>();
  private final LoadedQueues loaded = new LoadedQueues();
  private final Pages pages;
  private long bytes;
  private long places;
  private long loadedBytes;
  private long pagedBodies;
  private long pagedBytes;

  /** A state whose bodies stay in memory. */
  public ShardState() {
    this(Pages.NONE);
  }

  /**
   * @param pages where this state's bodies go, and no other's; closed by the state's owner
   */
  public ShardState(Pages pages) {
    this.pages = pages;
  }

  public Pages pages() {
    return pages;
  }

  /** Bytes of the bodies in memory, each counted once. */
  public long loadedBytes() {
    return loadedBytes;
  }

  /** What the messages take in memory: bodies that are there, and what is kept of each other. */
  public long residentBytes() {
    return loadedBytes + PLACE_BYTES * places + PAGED_BODY_BYTES * pagedBodies;
  }

  /** Bodies that are paged. */
  public long pagedBodies() {
    return pagedBodies;
  }

  /** Their bytes, bodies and properties. */
  public long pagedBytes() {
    return pagedBytes;
  }

  public @Nullable QueueState queue(long id) {
    return queues.get(id);
  }

  public Collection<QueueState> queues() {
    return Collections.unmodifiableCollection(queues.values());
  }

  /** Bytes of all messages, counted once per queue that holds them. */
  public long bytes() {
    return bytes;
  }

  /** The last operation taken from a session, or -1 if it is not known. */
  public long lastSequence(int node, long incarnation) {
    SessionState session = sessions.get(node);
    return session != null && session.incarnation() == incarnation ? session.lastSequence() : -1;
  }

  /** The newest incarnation of a node that a session was opened for, or -1. */
  public long incarnation(int node) {
    SessionState session = sessions.get(node);
    return session == null ? -1 : session.incarnation();
  }

  /** Applies one entry. */
  public void apply(Batch batch, Effects effects) {
    if (batch.getVersion() > FORMAT_VERSION) {
      throw new IllegalStateException(
          "entry of format "
              + batch.getVersion()
              + ", but this version reads up to "
              + FORMAT_VERSION);
    }
    for (Run run : batch.getRunsList()) {
      if (run.hasSession()) {
        applySessionRun(run, effects);
      } else {
        for (Operation operation : run.getOperationsList()) {
          apply(operation, effects);
        }
      }
    }
  }

  private void applySessionRun(Run run, Effects effects) {
    Session id = run.getSession();
    long last = lastSequence(id.getNode(), id.getIncarnation());
    if (last < 0) {
      return; // never opened, or superseded by a later start of that node
    }
    long applied = last;
    for (Operation operation : run.getOperationsList()) {
      if (operation.getSequence() == applied + 1) {
        apply(operation, effects);
        applied++;
      }
    }
    if (applied != last) {
      sessions.put(id.getNode(), new SessionState(id.getIncarnation(), applied));
      effects.sessionAdvanced(id.getNode(), id.getIncarnation(), applied);
    }
  }

  private void apply(Operation operation, Effects effects) {
    switch (operation.getKindCase()) {
      case ENQUEUE -> enqueue(operation.getEnqueue(), effects);
      case SETTLE -> settle(operation.getSettle(), effects);
      case REQUEUE -> requeue(operation.getRequeue(), effects);
      case CREATE_QUEUE ->
          queues.computeIfAbsent(operation.getCreateQueue().getQueueId(), QueueState::new);
      case DELETE_QUEUE -> deleteQueue(operation.getDeleteQueue().getQueueId(), effects);
      case PURGE -> purge(operation.getPurge(), effects);
      case HORIZON -> {
        QueueState queue = queues.get(operation.getHorizon().getQueueId());
        if (queue != null) {
          queue.raiseHorizon(operation.getHorizon().getPosition());
          effects.horizonRaised(queue);
        }
      }
      case MARK_CONSUMED -> {
        QueueState queue = queues.get(operation.getMarkConsumed().getQueueId());
        if (queue != null) {
          queue.markConsumed();
        }
      }
      case OPEN_SESSION -> openSession(operation.getOpenSession().getSession(), effects);
      case CLOSE_SESSION -> sessions.remove(operation.getCloseSession().getNode());
      case KIND_NOT_SET -> throw new IllegalStateException("operation of a kind that is not known");
    }
  }

  private void openSession(Session session, Effects effects) {
    if (session.getIncarnation() > incarnation(session.getNode())) {
      sessions.put(session.getNode(), new SessionState(session.getIncarnation(), 0));
      effects.sessionAdvanced(session.getNode(), session.getIncarnation(), 0);
    }
  }

  private void enqueue(Enqueue enqueue, Effects effects) {
    int count = enqueue.getQueueIdsCount();
    Body body = count == 1 ? new Body(enqueue.getMessage()) : new Body.Shared(enqueue.getMessage());
    for (int i = 0; i < count; i++) {
      QueueState queue = queues.get(enqueue.getQueueIds(i));
      if (queue != null) { // else deleted meanwhile
        QueuedMessage message = queue.enqueue(body);
        hold(queue, message);
        effects.enqueued(queue, message);
      }
    }
  }

  private void hold(QueueState queue, QueuedMessage message) {
    long size = message.sizeBytes();
    bytes += size;
    places++;
    if (message.body().hold()) {
      loadedBytes += size;
    }
    loaded.update(queue);
  }

  /** A message has left its queue, and nobody will read it any more. */
  private void letGo(QueuedMessage message) {
    Body body = message.body();
    bytes -= body.sizeBytes();
    places--;
    if (!body.letGo()) {
      return;
    }
    if (body.isPaged()) {
      pagedBodies--;
      pagedBytes -= body.payloadBytes();
      body.releasePage();
    } else {
      loadedBytes -= body.sizeBytes();
    }
  }

  /**
   * Pages out a run of bodies of one of the queues with the most bytes in memory.
   *
   * @param windowBytes of each queue that are spared while there is anything else
   * @param runBytes about how much, at most
   * @return false if nothing was paged out: there is nothing, or it cannot be written now
   */
  public boolean pageOut(long windowBytes, long runBytes) {
    QueueState queue = loaded.largest();
    if (queue == null) {
      return false;
    }
    List<QueuedMessage> run = queue.pageable(windowBytes, runBytes);
    List<Body> bodies = new ArrayList<>(run.size());
    Set<Body> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (QueuedMessage message : run) {
      Body body = message.body();
      if (!body.isPaged() && (!(body instanceof Body.Shared) || seen.add(body))) {
        bodies.add(body);
      }
    }
    if (run.isEmpty() || (!bodies.isEmpty() && !pages.write(bodies))) {
      return false;
    }
    for (Body body : bodies) {
      loadedBytes -= body.sizeBytes();
      pagedBodies++;
      pagedBytes += body.payloadBytes();
    }
    queue.paged(run);
    loaded.update(queue);
    return true;
  }

  private void settle(Settle settle, Effects effects) {
    QueueState queue = queues.get(settle.getQueueId());
    if (queue == null) {
      return;
    }
    for (int i = 0; i < settle.getPositionsCount(); i++) {
      QueuedMessage removed = queue.remove(settle.getPositions(i));
      if (removed != null) {
        effects.settled(queue, removed);
        letGo(removed);
      }
    }
    loaded.update(queue);
  }

  private void requeue(Requeue requeue, Effects effects) {
    QueueState queue = queues.get(requeue.getQueueId());
    if (queue == null) {
      return;
    }
    for (int i = 0; i < requeue.getPositionsCount(); i++) {
      QueuedMessage message = queue.countReturn(requeue.getPositions(i));
      if (message != null) {
        effects.requeued(queue, message);
      }
    }
  }

  private void deleteQueue(long id, Effects effects) {
    QueueState queue = queues.remove(id);
    if (queue != null) {
      effects.queueDeleted(queue);
      loaded.remove(queue);
      queue.messages().forEach(this::letGo);
    }
  }

  private void purge(Purge purge, Effects effects) {
    QueueState queue = queues.get(purge.getQueueId());
    if (queue == null) {
      return;
    }
    Set<Long> except = new HashSet<>(purge.getExceptPositionsList());
    long removed = 0;
    QueuedMessage message = queue.atOrAfter(0);
    while (message != null && message.position() <= purge.getUpToPosition()) {
      if (!except.contains(message.position())) {
        queue.remove(message.position());
        letGo(message);
        removed++;
      }
      message = queue.atOrAfter(message.position() + 1);
    }
    loaded.update(queue);
    effects.purged(queue, removed);
  }

  Map<Integer, SessionState> sessions() {
    return sessions;
  }

  void restoreSession(int node, SessionState session) {
    sessions.put(node, session);
  }

  void restoreQueue(QueueState queue) {
    queues.put(queue.id(), queue);
  }

  void restoreMessage(QueueState queue, QueuedMessage message) {
    queue.add(message);
    hold(queue, message);
  }
}
