package io.quorate.raftqueue.queue;

import io.quorate.log.v1.Batch;
import io.quorate.log.v1.Enqueue;
import io.quorate.log.v1.Operation;
import io.quorate.log.v1.Purge;
import io.quorate.log.v1.Requeue;
import io.quorate.log.v1.Run;
import io.quorate.log.v1.Session;
import io.quorate.log.v1.Settle;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
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
   * A frontend's stream of operations: the run of the node it belongs to, and how far it has come.
   */
  record SessionState(long incarnation, long lastSequence) {}

  private final Map<Integer, SessionState> sessions = new HashMap<>();
  private final Map<Long, QueueState> queues = new HashMap<>();
  private long bytes;

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
    for (int i = 0; i < enqueue.getQueueIdsCount(); i++) {
      QueueState queue = queues.get(enqueue.getQueueIds(i));
      if (queue != null) { // else deleted meanwhile
        QueuedMessage message = queue.enqueue(enqueue.getMessage());
        bytes += message.sizeBytes();
        effects.enqueued(queue, message);
      }
    }
  }

  private void settle(Settle settle, Effects effects) {
    QueueState queue = queues.get(settle.getQueueId());
    if (queue == null) {
      return;
    }
    for (int i = 0; i < settle.getPositionsCount(); i++) {
      QueuedMessage removed = remove(queue, settle.getPositions(i));
      if (removed != null) {
        effects.settled(queue, removed);
      }
    }
  }

  private void requeue(Requeue requeue, Effects effects) {
    QueueState queue = queues.get(requeue.getQueueId());
    if (queue == null) {
      return;
    }
    for (int i = 0; i < requeue.getPositionsCount(); i++) {
      QueuedMessage message = queue.get(requeue.getPositions(i));
      if (message != null) {
        message.countReturn();
        effects.requeued(queue, message);
      }
    }
  }

  private void deleteQueue(long id, Effects effects) {
    QueueState queue = queues.remove(id);
    if (queue != null) {
      bytes -= queue.bytes();
      effects.queueDeleted(queue);
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
        remove(queue, message.position());
        removed++;
      }
      message = queue.atOrAfter(message.position() + 1);
    }
    effects.purged(queue, removed);
  }

  private @Nullable QueuedMessage remove(QueueState queue, long position) {
    QueuedMessage removed = queue.remove(position);
    if (removed != null) {
      bytes -= removed.sizeBytes();
    }
    return removed;
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
    bytes += message.sizeBytes();
  }
}
