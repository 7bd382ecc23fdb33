package io.quorate.raftqueue.session;

import io.quorate.link.v1.Attach;
import io.quorate.link.v1.Detach;
import io.quorate.link.v1.FromShard;
import io.quorate.link.v1.ToShard;
import io.quorate.link.v1.Work;
import io.quorate.log.v1.Session;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A session's presence at the leader of its shard, and the sender of what the leader is to have.
 *
 * <pre>
 *   DETACHED --leaderFound--> ATTACHING --Attached--> ATTACHED
 *      ^------------------leaderLost / not leader------------'
 *   DETACHED --abandon--> ABANDONED --leaderFound--> ATTACHING
 * </pre>
 *
 * Invariant: work is sent only while attached, by one sender at a time and in the order in which it
 * gathered; what is sent names the attachment, which is another one for each leader that is found.
 *
 * <p>Guarded by the lock of the {@link ShardClient}, which callers hold. What it has scheduled on
 * the route runs on the sender's thread, takes that lock to put a message together, and sends it
 * without.
 */
final class LeaderAttachment {

  /** How much goes into one message to the leader, in bytes, so that a link stays responsive. */
  private static final long MESSAGE_BYTES = 512 * 1024;

  private enum State {
    DETACHED,
    /** Whoever asks is refused at once. */
    ABANDONED,
    ATTACHING,
    ATTACHED
  }

  private final int shard;
  private final AtomicLong ids;
  private final Object lock;
  private final SubscriptionTable subscriptions;
  private final OperationWindow operations;
  private final RequestTable requests;

  private Session session;
  private State state = State.DETACHED;
  private @Nullable Route route;
  private long id;
  private boolean senderScheduled;
  private boolean closed;

  /** Calls of {@link #abandonAfter} since a leader was last found. */
  private int ticksWithoutLeader;

  LeaderAttachment(
      int shard,
      Session session,
      AtomicLong ids,
      Object lock,
      SubscriptionTable subscriptions,
      OperationWindow operations,
      RequestTable requests) {
    this.shard = shard;
    this.session = session;
    this.ids = ids;
    this.lock = lock;
    this.subscriptions = subscriptions;
    this.operations = operations;
    this.requests = requests;
  }

  // ---- states

  boolean isClosed() {
    return closed;
  }

  boolean isAbandoned() {
    return state == State.ABANDONED;
  }

  boolean isAttached() {
    return state == State.ATTACHED;
  }

  /** Whether a message is one of this attachment, and not of an earlier one. */
  boolean isFor(FromShard message) {
    return message.getAttachment() == id && route != null;
  }

  /** A leader is known: attach to it. */
  void leaderFound(Route leader) {
    if (closed) {
      return;
    }
    route = leader;
    state = State.ATTACHING;
    ticksWithoutLeader = 0;
    id = ids.incrementAndGet();
    senderScheduled = false;
    operations.holdBack();
    requests.leaderChanged();
    leader.schedule(() -> sendAttach(leader));
  }

  /** Attaches to the same leader anew. */
  void again() {
    Route leader = route;
    if (leader != null) {
      leaderFound(leader);
    }
  }

  /** The leader is gone; operations wait for the next. */
  void leaderLost() {
    if (state != State.ABANDONED) {
      state = State.DETACHED;
    }
    route = null;
  }

  /** The leader has let this node attach; false if that was not awaited. */
  boolean attached() {
    if (state != State.ATTACHING) {
      return false;
    }
    state = State.ATTACHED;
    return true;
  }

  /** Whether there has been no leader for {@code ticks} calls in a row. */
  boolean lostFor(int ticks) {
    return state == State.DETACHED && ++ticksWithoutLeader >= ticks;
  }

  /** Ends the session, unless there is a leader after all; the next begins with the next leader. */
  boolean abandon() {
    if (closed || state != State.DETACHED) {
      return false;
    }
    state = State.ABANDONED;
    session = session.toBuilder().setIncarnation(session.getIncarnation() + 1).build();
    return true;
  }

  /** Says goodbye; false if that has been said. */
  boolean close() {
    if (closed) {
      return false;
    }
    closed = true;
    Route current = route;
    if (current != null && state == State.ATTACHED) {
      ToShard goodbye = message().setDetach(Detach.getDefaultInstance()).build();
      current.schedule(() -> current.send(goodbye));
    }
    leaderLost();
    return true;
  }

  // ---- the sender

  /** Something has come that is to be sent. */
  void scheduleSender() {
    Route current = route;
    if (state == State.ATTACHED && current != null && !senderScheduled) {
      senderScheduled = true;
      current.schedule(() -> sendWork(current));
    }
  }

  private void sendAttach(Route leader) {
    ToShard message;
    synchronized (lock) {
      if (route != leader || state != State.ATTACHING) {
        return;
      }
      Attach.Builder attach = Attach.newBuilder().setSession(session);
      subscriptions.handOver(attach, operations.releasing());
      message = message().setAttach(attach).build();
    }
    leader.send(message);
  }

  private void sendWork(Route leader) {
    // If it waits, the sender counts as scheduled: what is called meanwhile gathers.
    while (leader.takesMore(() -> sendWork(leader))) {
      ToShard message;
      synchronized (lock) {
        if (route != leader || state != State.ATTACHED) {
          return;
        }
        Work work = takeWork();
        if (work == null) {
          senderScheduled = false;
          return;
        }
        message = message().setWork(work).build();
      }
      leader.send(message);
    }
  }

  private @Nullable Work takeWork() {
    long limit = requests.lastBeforePurge();
    if (!operations.anyUnsent(limit) && !requests.anyUnsent() && !subscriptions.anyCredited()) {
      return null;
    }
    Work.Builder work = Work.newBuilder();
    operations.addTo(work, limit, MESSAGE_BYTES);
    subscriptions.addCredits(work);
    requests.addTo(work);
    return work.build();
  }

  private ToShard.Builder message() {
    return ToShard.newBuilder().setShard(shard).setAttachment(id);
  }
}
