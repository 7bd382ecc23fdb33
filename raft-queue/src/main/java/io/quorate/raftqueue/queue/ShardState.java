package io.quorate.raftqueue.queue;

import io.quorate.log.v1.Batch;
import io.quorate.log.v1.Enqueue;
import io.quorate.log.v1.Operation;
import io.quorate.log.v1.Purge;
import io.quorate.log.v1.Requeue;
import io.quorate.log.v1.Run;
import io.quorate.log.v1.Session;
import io.quorate.log.v1.Settle;
import io.quorate.log.v1.StoredMessage;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The replicated state of a shard: its queues, and the last operation taken from each frontend.
 *
 * <p>A numbered operation is applied only if it is the next of its session: one that was applied
 * before (sent again after a failover) and one after a gap (an earlier batch was lost) change
 * nothing. That makes every operation happen exactly once. Not thread-safe.
 */
public final class ShardState {

  /** The format of the log that this code writes; it reads all up to this. */
  public static final int FORMAT_VERSION = 1;

  /** How many positions one operation should name at most, so that it fits into a Raft entry. */
  public static final int MAX_POSITIONS = 10_000;

  /**
   * A frontend's stream of operations: the run of the node it belongs to, and how far it has come.
   */
  record SessionState(long incarnation, long lastSequence) {}

  private final Map<Integer, SessionState> sessions = new HashMap<>();
  private final Map<Long, QueueState> queues = new HashMap<>();
  private final LoadedQueues loaded = new LoadedQueues();
  private final Totals totals = new Totals();
  private final Pages pages;
  private final PageOut pageOut;
  private final PageIn pageIn;
  private final PageScrub scrub;

  /** A state whose messages stay in memory. */
  public ShardState() {
    this(Pages.NONE);
  }

  /**
   * @param pages where this state's messages go, and no other's; closed by the state's owner
   */
  public ShardState(Pages pages) {
    this.pages = pages;
    this.pageOut = new PageOut(pages, totals, loaded);
    this.pageIn = new PageIn(pages, totals, loaded);
    this.scrub = new PageScrub(pageIn);
  }

  public Pages pages() {
    return pages;
  }

  /** Bytes of the bodies in memory, each counted once. */
  public long loadedBytes() {
    return totals.loadedBytes;
  }

  /** Of those, bytes that are on their way out. */
  public long writingBytes() {
    return totals.writingBytes;
  }

  /** Bytes that are on their way in. */
  public long readingBytes() {
    return totals.readingBytes;
  }

  /** What the messages take in memory: bodies that are there, and what is kept of the others. */
  public long residentBytes() {
    return totals.residentBytes();
  }

  /** Messages that are paged, counted once for each queue that holds them. */
  public long pagedMessages() {
    return totals.pagedMessages;
  }

  /** Their bytes, bodies and properties. */
  public long pagedBytes() {
    return totals.pagedBytes;
  }

  public @Nullable QueueState queue(long id) {
    return queues.get(id);
  }

  public Collection<QueueState> queues() {
    return Collections.unmodifiableCollection(queues.values());
  }

  /** Bytes of all messages, counted once per queue that holds them. */
  public long bytes() {
    return totals.bytes;
  }

  /**
   * A number that tells this state from others: the same for all that have the same sessions,
   * queues and messages in their places, wherever these are kept; of bodies, the size only.
   */
  public long digest() {
    long digest = totals.digest;
    for (Map.Entry<Integer, SessionState> session : sessions.entrySet()) {
      SessionState its = session.getValue();
      digest += Digest.session(session.getKey(), its.incarnation(), its.lastSequence());
    }
    return digest;
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
          queues.computeIfAbsent(
              operation.getCreateQueue().getQueueId(), id -> new QueueState(id, totals, pages));
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
          queue.markConsumed(!operation.getMarkConsumed().getUndone());
        }
      }
      case CLOSE_QUEUE -> {
        QueueState queue = queues.get(operation.getCloseQueue().getQueueId());
        if (queue != null) {
          queue.close(operation.getCloseQueue().getIfNextPosition());
          effects.closeDecided(queue);
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
    StoredMessage message = enqueue.getMessage();
    int size = Totals.sizeOf(message);
    Object content = count == 1 ? message : new SharedBody(message);
    for (int i = 0; i < count; i++) {
      QueueState queue = queues.get(enqueue.getQueueIds(i));
      if (queue != null && !queue.closed()) { // else deleted meanwhile
        long position = queue.enqueue(content, size);
        loaded.update(queue);
        effects.enqueued(queue, position);
      }
    }
  }

  // ---- memory

  /**
   * Pages out a chunk of one of the queues with the most bytes in memory; it is gone from there
   * when it has been written.
   *
   * @param windowBytes of each queue that are spared while there is anything else
   * @return false if there is nothing to be paged, or nothing can be written now
   */
  public boolean pageOut(long windowBytes) {
    return pageOut.evict(windowBytes, false);
  }

  /**
   * Writes to pages what is only in memory, so that a snapshot need not have it; it stays there.
   *
   * @param mostBytes of messages that may be on their way to pages
   * @param then called once it is written, or cannot be; perhaps at once
   */
  public void writeForSnapshot(long mostBytes, Runnable then) {
    new SnapshotPages(pageOut, mostBytes, then).write(queues.values());
  }

  /** As {@link #pageOut}, at once; while the state is being restored. */
  boolean pageOutNow(long windowBytes) {
    return pageOut.evict(windowBytes, true);
  }

  /** Whether something could not be paged out since the last call. */
  public boolean takeWriteFailure() {
    return pageOut.takeWriteFailure();
  }

  /**
   * Begins to check the next pages that are on disk, round and round; what is damaged is told to
   * the {@link DamageListener}.
   *
   * @param bytes of pages to be checked
   * @return of how many a check has begun
   */
  public long checkPages(long bytes) {
    return scrub.check(queues, bytes);
  }

  /** Moves what little is left in page files. */
  public void compact() {
    pageOut.compact();
  }

  /**
   * Brings the message at a position back into memory.
   *
   * @param then called when it is there, or no longer in the queue; at once if it is there now
   */
  public void load(QueueState queue, long position, Runnable then) {
    pageIn.load(queue, position, then);
  }

  /**
   * The message at a position is the next to be delivered: begins to bring back what comes behind
   * it. Cheap when there is nothing to do.
   */
  public void loadAhead(QueueState queue, long position) {
    pageIn.loadAhead(queue, position);
  }

  /**
   * How much is to be brought back ahead of need, and how much may be on its way in altogether
   * meanwhile.
   *
   * @param bytesPerQueue behind the message that is delivered next
   */
  public void readAhead(long bytesPerQueue, long bytesInAll) {
    pageIn.readAhead(bytesPerQueue, bytesInAll);
  }

  /**
   * Who is told of pages that cannot be read: until they are repaired nobody gets what is there.
   */
  public void onDamage(DamageListener listener) {
    pageIn.listener(listener);
  }

  /** Told of pages that cannot be read. */
  public interface DamageListener {

    /**
     * @param first position of the first message, which tells the piece of the queue
     * @param positions of the messages that are left of it
     * @param failure what is wrong
     */
    void damaged(long queueId, long first, List<Long> positions, String failure);
  }

  /**
   * Takes what another replica has in the place of a piece that cannot be read.
   *
   * @param messages by position; more may be in it
   * @return the positions that are still missing: nothing has changed if there are any
   */
  public List<Long> repair(long queueId, long first, Map<Long, StoredMessage> messages) {
    QueueState queue = queues.get(queueId);
    return queue == null ? List.of() : pageIn.repair(queue, first, messages);
  }

  /** Tries again to read a piece that could not be read. */
  public void retryDamaged(long queueId, long first) {
    QueueState queue = queues.get(queueId);
    if (queue != null) {
      pageIn.retry(queue, first);
    }
  }

  private void settle(Settle settle, Effects effects) {
    QueueState queue = queues.get(settle.getQueueId());
    if (queue == null) {
      return;
    }
    for (int i = 0; i < settle.getPositionsCount(); i++) {
      long position = settle.getPositions(i);
      if (queue.remove(position)) {
        effects.settled(queue, position);
      }
    }
    changed(queue);
  }

  private void requeue(Requeue requeue, Effects effects) {
    QueueState queue = queues.get(requeue.getQueueId());
    if (queue == null) {
      return;
    }
    for (int i = 0; i < requeue.getPositionsCount(); i++) {
      long position = requeue.getPositions(i);
      if (queue.countReturn(position)) {
        effects.requeued(queue, position);
      }
    }
  }

  private void deleteQueue(long id, Effects effects) {
    QueueState queue = queues.remove(id);
    if (queue != null) {
      effects.queueDeleted(queue);
      queue.clear();
      changed(queue);
    }
  }

  private void purge(Purge purge, Effects effects) {
    QueueState queue = queues.get(purge.getQueueId());
    if (queue == null) {
      return;
    }
    long removed =
        queue.purge(purge.getUpToPosition(), new TreeSet<>(purge.getExceptPositionsList()));
    changed(queue);
    effects.purged(queue, removed);
  }

  private void changed(QueueState queue) {
    loaded.update(queue);
    pageIn.left(queue);
  }

  Map<Integer, SessionState> sessions() {
    return sessions;
  }

  void restoreSession(int node, SessionState session) {
    sessions.put(node, session);
  }

  QueueState restoreQueue(
      long id, long nextPosition, long horizon, boolean consumed, boolean closed) {
    QueueState queue = new QueueState(id, totals, pages, nextPosition, horizon, consumed, closed);
    queues.put(id, queue);
    return queue;
  }

  void restoreMessage(
      QueueState queue, long position, Object content, int size, int deliveryCount) {
    queue.add(position, content, size, deliveryCount);
    loaded.update(queue);
  }
}
