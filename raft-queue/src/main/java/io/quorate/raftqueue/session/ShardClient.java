package io.quorate.raftqueue.session;

import io.quorate.link.v1.Attach;
import io.quorate.link.v1.Close;
import io.quorate.link.v1.Credit;
import io.quorate.link.v1.Deliveries;
import io.quorate.link.v1.DeliveryRecord;
import io.quorate.link.v1.Detach;
import io.quorate.link.v1.FromShard;
import io.quorate.link.v1.Get;
import io.quorate.link.v1.Releasing;
import io.quorate.link.v1.Reply;
import io.quorate.link.v1.Request;
import io.quorate.link.v1.ToShard;
import io.quorate.link.v1.Work;
import io.quorate.log.v1.Operation;
import io.quorate.log.v1.Requeue;
import io.quorate.log.v1.Session;
import io.quorate.log.v1.Settle;
import io.quorate.raftqueue.api.Completion;
import io.quorate.raftqueue.api.Delivery;
import io.quorate.raftqueue.api.DeliveryListener;
import io.quorate.raftqueue.api.GetResult;
import io.quorate.raftqueue.api.Outcome;
import io.quorate.raftqueue.api.QueueRef;
import io.quorate.raftqueue.api.QueueStats;
import io.quorate.raftqueue.api.RefusedException;
import io.quorate.raftqueue.api.Subscription;
import io.quorate.raftqueue.api.SubscriptionSpec;
import io.quorate.raftqueue.queue.ShardState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * This node's conversation with one shard.
 *
 * <pre>
 *   DETACHED --leaderFound--> ATTACHING --Attached--> ATTACHED
 *      ^------------------leaderLost / not leader------------'
 *   DETACHED --abandon--> ABANDONED --leaderFound--> ATTACHING
 * </pre>
 *
 * Operations are numbered when they are called and kept until the leader says they are applied; a
 * new leader says how far the shard has come, and the rest is sent again. Thread-safe; callbacks
 * run on the thread that brings the leader's message, one message at a time.
 */
public final class ShardClient {

  /** How much goes into one message to the leader, in bytes, so that a link stays responsive. */
  private static final long MESSAGE_BYTES = 512 * 1024;

  private enum State {
    DETACHED,
    /** Whoever asks is refused at once. */
    ABANDONED,
    ATTACHING,
    ATTACHED
  }

  private record PendingOperation(
      Operation operation,
      long bytes,
      @Nullable Completion completion,
      @Nullable Release release) {}

  /** Positions that a subscription holds until the operation is done, and since when. */
  private record Release(ClientSubscription holder, long[] positions, long[] receptions) {}

  /**
   * @param tick when it was asked, see {@link #tick}
   */
  private record PendingRequest(
      Request request,
      CompletableFuture<Reply> future,
      @Nullable ClientSubscription activates,
      long tick) {}

  private final int shard;
  private final AtomicLong ids;
  private final LongConsumer inFlightBytes;

  private final Object inbound = new Object();
  private final Object lock = new Object();

  // Guarded by lock.
  private Session session;
  private State state = State.DETACHED;
  private @Nullable Route route;
  private long attachment;
  private boolean senderScheduled;

  /** Whether somebody waits for what is unsent. */
  private boolean awaited;

  private long lastSequence;

  /** Calls of {@link #abandonAfter} since a leader was last found. */
  private int ticksWithoutLeader;

  /** The last operation made before this client heard of its attachment. */
  private long madeBefore;

  private final ArrayDeque<PendingOperation> unanswered = new ArrayDeque<>();
  private final ArrayDeque<Operation> unsent = new ArrayDeque<>();
  private final Map<Long, PendingRequest> requests = new LinkedHashMap<>();
  private final ArrayDeque<Request> unsentRequests = new ArrayDeque<>();

  /** Requests that nobody waits for any more, but the leader may still answer. */
  private final Map<Long, PendingRequest> expired = new HashMap<>();

  private long ticks;
  private int unansweredPurges;
  private final Map<Long, ClientSubscription> subscriptions = new HashMap<>();
  private final Map<Long, ClientSubscription> pulls = new HashMap<>();
  private final Set<ClientSubscription> credited = new LinkedHashSet<>();
  private boolean closed;

  /**
   * @param ids numbers for subscriptions, attachments and requests, unique on the node
   * @param inFlightBytes told by how much the bytes of unanswered operations change
   */
  public ShardClient(int shard, Session session, AtomicLong ids, LongConsumer inFlightBytes) {
    this.shard = shard;
    this.session = session;
    this.ids = ids;
    this.inFlightBytes = inFlightBytes;
  }

  // ---- operations

  /**
   * Sends a numbered operation.
   *
   * @param bytes what it counts against the bounds until it is answered
   */
  public void submit(Operation.Builder operation, long bytes, @Nullable Completion completion) {
    submit(operation, bytes, completion, null, true);
  }

  private void submit(
      Operation.Builder operation,
      long bytes,
      @Nullable Completion completion,
      @Nullable Release release,
      boolean awaited) {
    inFlightBytes.accept(bytes);
    Outcome refusal;
    synchronized (lock) {
      if (!closed && state != State.ABANDONED) {
        Operation numbered = operation.setSequence(++lastSequence).build();
        unanswered.add(new PendingOperation(numbered, bytes, completion, release));
        unsent.add(numbered);
        this.awaited |= awaited;
        scheduleSender();
        return;
      }
      refusal = closed ? Outcome.UNKNOWN : Outcome.REJECTED;
    }
    inFlightBytes.accept(-bytes);
    if (completion != null) {
      completion.done(refusal);
    }
  }

  /**
   * Removes messages from a queue for good.
   *
   * @param awaited whether somebody waits for that
   */
  public void settle(
      QueueRef queue, long holder, long[] positions, boolean awaited, Completion completion) {
    inPieces(
        positions, completion, (piece, done) -> settlePiece(queue, holder, piece, awaited, done));
  }

  /** So that an operation fits into a Raft entry; the last piece is done when all are. */
  private static void inPieces(
      long[] positions, Completion completion, BiConsumer<long[], @Nullable Completion> each) {
    int from = 0;
    while (positions.length - from > ShardState.MAX_POSITIONS) {
      each.accept(Arrays.copyOfRange(positions, from, from + ShardState.MAX_POSITIONS), null);
      from += ShardState.MAX_POSITIONS;
    }
    each.accept(
        from == 0 ? positions : Arrays.copyOfRange(positions, from, positions.length), completion);
  }

  private void settlePiece(
      QueueRef queue,
      long holder,
      long[] positions,
      boolean awaited,
      @Nullable Completion completion) {
    Settle.Builder settle = Settle.newBuilder().setQueueId(queue.id()).setHolder(holder);
    for (long position : positions) {
      settle.addPositions(position);
    }
    Release release = release(holder, positions);
    submit(Operation.newBuilder().setSettle(settle), 0, completion, release, awaited);
  }

  public void requeue(QueueRef queue, long holder, long[] positions, Completion completion) {
    inPieces(positions, completion, (piece, done) -> requeuePiece(queue, holder, piece, done));
  }

  private void requeuePiece(
      QueueRef queue, long holder, long[] positions, @Nullable Completion completion) {
    Requeue.Builder requeue = Requeue.newBuilder().setQueueId(queue.id()).setHolder(holder);
    for (long position : positions) {
      requeue.addPositions(position);
    }
    Release release = release(holder, positions);
    submit(Operation.newBuilder().setRequeue(requeue), 0, completion, release, true);
  }

  private @Nullable Release release(long holder, long[] positions) {
    synchronized (lock) {
      ClientSubscription subscription = subscriptions.get(holder);
      return subscription == null
          ? null
          : new Release(subscription, positions, subscription.receptions(positions));
    }
  }

  // ---- requests

  public CompletableFuture<Subscription> subscribe(
      QueueRef queue, SubscriptionSpec spec, DeliveryListener listener) {
    ClientSubscription subscription =
        new ClientSubscription(this, ids.incrementAndGet(), queue, spec, listener);
    synchronized (lock) {
      subscriptions.put(subscription.id(), subscription);
    }
    return request(Request.newBuilder().setSubscribe(subscription.toState(List.of())), subscription)
        .whenComplete(
            (reply, failure) -> {
              if (failure != null) {
                forget(subscription);
              }
            })
        .thenApply(reply -> subscription);
  }

  public CompletableFuture<GetResult> get(QueueRef queue, boolean autoSettle) {
    ClientSubscription holder = puller(queue);
    return request(
            Request.newBuilder()
                .setGet(
                    Get.newBuilder()
                        .setQueueId(queue.id())
                        .setAutoSettle(autoSettle)
                        .setHolder(holder.id())),
            null)
        .thenApply(
            reply ->
                new GetResult(
                    reply.getGet().hasDelivery()
                        ? WireMessages.delivery(reply.getGet().getDelivery())
                        : null,
                    holder.id(),
                    reply.getGet().getRemaining()));
  }

  /** The one subscription per queue that holds what gets have taken. */
  private ClientSubscription puller(QueueRef queue) {
    synchronized (lock) {
      ClientSubscription known = pulls.get(queue.id());
      if (known == null) {
        known =
            new ClientSubscription(
                this, ids.incrementAndGet(), queue, new SubscriptionSpec(false, false, 0, 0), null);
        known.active = true;
        pulls.put(queue.id(), known);
        subscriptions.put(known.id(), known);
      }
      return known;
    }
  }

  public CompletableFuture<QueueStats> stats(QueueRef queue) {
    return request(Request.newBuilder().setStats(queue.id()), null).thenApply(ShardClient::figures);
  }

  /** As {@link #stats}, for somebody who has declared the queue again. */
  public CompletableFuture<QueueStats> declared(QueueRef queue) {
    return request(Request.newBuilder().setDeclared(queue.id()), null)
        .thenApply(ShardClient::figures);
  }

  /** The beginning of a queue's end, if the conditions hold; its figures then. */
  public CompletableFuture<QueueStats> close(
      QueueRef queue, boolean ifUnused, boolean ifEmpty, boolean ifConsumed) {
    return request(
            Request.newBuilder()
                .setClose(
                    Close.newBuilder()
                        .setQueueId(queue.id())
                        .setIfUnused(ifUnused)
                        .setIfEmpty(ifEmpty)
                        .setIfConsumed(ifConsumed)),
            null)
        .thenApply(ShardClient::figures);
  }

  private static QueueStats figures(Reply reply) {
    return new QueueStats(
        reply.getStats().getReady(),
        reply.getStats().getUnacked(),
        reply.getStats().getConsumers(),
        reply.getStats().getBytes());
  }

  public CompletableFuture<Long> purge(QueueRef queue) {
    return request(Request.newBuilder().setPurge(queue.id()), null).thenApply(Reply::getPurged);
  }

  CompletableFuture<Void> cancel(ClientSubscription subscription) {
    return request(Request.newBuilder().setCancel(subscription.id()), null)
        .thenAccept(
            reply -> {
              synchronized (lock) {
                subscription.cancelled = true;
                dropIfIdle(subscription);
              }
            });
  }

  private CompletableFuture<Reply> request(
      Request.Builder request, @Nullable ClientSubscription activates) {
    CompletableFuture<Reply> future = new CompletableFuture<>();
    synchronized (lock) {
      if (closed) {
        future.completeExceptionally(
            new RefusedException(RefusedException.Reason.UNAVAILABLE, "the node is stopping"));
        return future;
      }
      if (state == State.ABANDONED) {
        future.completeExceptionally(unreachable());
        return future;
      }
      Request numbered =
          request.setId(ids.incrementAndGet()).setAfterSequence(lastSequence).build();
      requests.put(numbered.getId(), new PendingRequest(numbered, future, activates, ticks));
      unansweredPurges += numbered.hasPurge() ? 1 : 0;
      unsentRequests.add(numbered);
      scheduleSender();
    }
    return future;
  }

  /**
   * Time passes: requests that have waited for {@code limit} ticks are refused. What the leader may
   * still give in answer to them is given back.
   */
  public void tick(long limit) {
    synchronized (inbound) { // no answer is taken in while its request is being given up
      takeExpired(limit)
          .forEach(
              pending ->
                  pending
                      .future()
                      .completeExceptionally(
                          new RefusedException(
                              RefusedException.Reason.UNAVAILABLE,
                              "no leader of the queue's shard answered in time; it may have no majority")));
    }
  }

  private List<PendingRequest> takeExpired(long limit) {
    synchronized (lock) {
      ticks++;
      List<PendingRequest> late =
          requests.values().stream().filter(pending -> ticks - pending.tick() > limit).toList();
      for (PendingRequest pending : late) {
        long id = pending.request().getId();
        requests.remove(id);
        if (state == State.ATTACHED && !unsentRequests.remove(pending.request())) {
          expired.put(id, pending);
        }
        if (pending.request().hasPurge()) {
          unansweredPurges--;
          scheduleSender();
        }
      }
      return late;
    }
  }

  /** An answer that nobody waits for: what it brought goes back. */
  private void undo(PendingRequest pending, Reply reply) {
    ClientSubscription subscribed = pending.activates();
    if (subscribed != null && !reply.hasRefusal()) {
      subscribed.active = true;
      subscribed.orphaned = true;
      subscriptions.put(subscribed.id(), subscribed);
      cancel(subscribed);
    }
    if (reply.hasGet()
        && reply.getGet().hasDelivery()
        && !pending.request().getGet().getAutoSettle()) {
      ClientSubscription holder = subscriptions.get(pending.request().getGet().getHolder());
      if (holder != null) {
        giveBack(holder, new long[] {reply.getGet().getDelivery().getPosition()});
      }
    }
  }

  private void giveBack(ClientSubscription holder, long[] positions) {
    for (long position : positions) {
      holder.hold(position);
    }
    requeue(holder.queue(), holder.id(), positions, outcome -> {});
  }

  void grant(ClientSubscription subscription, int credits, long bytes) {
    synchronized (lock) {
      subscription.credit += credits;
      subscription.unsentCredit += credits;
      subscription.untakenBytes -= bytes;
      subscription.unsentBytes += bytes;
      credited.add(subscription);
      scheduleSender();
    }
  }

  private void forget(ClientSubscription subscription) {
    synchronized (lock) {
      subscriptions.remove(subscription.id());
      pulls.remove(subscription.queue().id(), subscription);
    }
  }

  private void dropIfIdle(ClientSubscription subscription) {
    boolean idlePull = subscription.listener() == null && !subscription.holdsAny();
    if (subscription.cancelled && !subscription.holdsAny()) {
      subscriptions.remove(subscription.id());
    } else if (idlePull && pulls.size() > 1000) {
      forget(subscription);
    }
  }

  // ---- the leader

  /** A leader is known: attach to it. */
  public void leaderFound(Route leader) {
    synchronized (lock) {
      if (closed) {
        return;
      }
      route = leader;
      state = State.ATTACHING;
      ticksWithoutLeader = 0;
      attachment = ids.incrementAndGet();
      senderScheduled = false;
      unsent.clear();
      unsentRequests.clear();
      expired.clear(); // what an earlier leader gave out and is not handed over goes back by itself
      leader.schedule(() -> sendAttach(leader));
    }
  }

  /** The leader is gone; operations wait for the next. */
  public void leaderLost() {
    synchronized (lock) {
      if (state != State.ABANDONED) {
        state = State.DETACHED;
      }
      route = null;
    }
  }

  /**
   * Gives up on a shard that has had no leader for {@code ticks} calls in a row, and may never have
   * one again: what is under way is refused, subscriptions end, and so does the session; when the
   * shard is found again, the next begins. Each leader that is found begins the count anew, however
   * short it was there. Only for shards in the memory of one node: what is refused may have
   * happened.
   */
  public void abandonAfter(int ticks) {
    synchronized (lock) {
      if (state != State.DETACHED || ++ticksWithoutLeader < ticks) {
        return;
      }
    }
    abandon();
  }

  private void abandon() {
    synchronized (inbound) {
      List<Runnable> callbacks = new ArrayList<>();
      synchronized (lock) {
        if (closed || state != State.DETACHED) {
          return;
        }
        state = State.ABANDONED;
        session = session.toBuilder().setIncarnation(session.getIncarnation() + 1).build();
        restartNumbering(unreachable(), callbacks);
        for (ClientSubscription subscription : subscriptions.values()) {
          DeliveryListener listener = subscription.listener();
          if (listener != null && !subscription.ended) {
            callbacks.add(listener::onQueueDeleted);
          }
        }
        subscriptions.clear();
        pulls.clear();
        credited.clear();
      }
      callbacks.forEach(Runnable::run);
    }
  }

  /** True from {@link #abandonAfter} until the shard is found again. */
  public boolean isAbandoned() {
    synchronized (lock) {
      return state == State.ABANDONED;
    }
  }

  private static RefusedException unreachable() {
    return new RefusedException(
        RefusedException.Reason.NOT_FOUND,
        "the home node of this queue, which is not replicated, is down or inaccessible");
  }

  private void sendAttach(Route leader) {
    ToShard message;
    synchronized (lock) {
      if (route != leader || state != State.ATTACHING) {
        return;
      }
      Attach.Builder attach = Attach.newBuilder().setSession(session);
      Map<ClientSubscription, List<Releasing>> releasing = releasing();
      for (ClientSubscription subscription : subscriptions.values()) {
        if (subscription.active && (subscription.listener() != null || subscription.holdsAny())) {
          attach.addSubscriptions(
              subscription.toState(releasing.getOrDefault(subscription, List.of())));
        }
        subscription.unsentCredit = 0;
        subscription.unsentBytes = 0;
      }
      credited.clear();
      message =
          ToShard.newBuilder().setShard(shard).setAttachment(attachment).setAttach(attach).build();
    }
    leader.send(message);
  }

  /** The unanswered settles and requeues, by who held what they are about. */
  private Map<ClientSubscription, List<Releasing>> releasing() {
    Map<ClientSubscription, List<Releasing>> releasing = new HashMap<>();
    for (PendingOperation pending : unanswered) {
      Release release = pending.release();
      if (release != null) {
        Releasing.Builder one =
            Releasing.newBuilder().setSequence(pending.operation().getSequence());
        for (int i = 0; i < release.positions().length; i++) {
          if (release.holder().holds(release.positions()[i], release.receptions()[i])) {
            one.addPositions(release.positions()[i]);
          }
        }
        releasing.computeIfAbsent(release.holder(), holder -> new ArrayList<>()).add(one.build());
      }
    }
    return releasing;
  }

  private void scheduleSender() {
    Route current = route;
    if (state == State.ATTACHED && current != null && !senderScheduled) {
      senderScheduled = true;
      current.schedule(() -> sendWork(current));
    }
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
        message =
            ToShard.newBuilder().setShard(shard).setAttachment(attachment).setWork(work).build();
      }
      leader.send(message);
    }
  }

  private @Nullable Work takeWork() {
    long limit = firstPurge();
    boolean operations = !unsent.isEmpty() && unsent.peek().getSequence() <= limit;
    if (!operations && unsentRequests.isEmpty() && credited.isEmpty()) {
      return null;
    }
    Work.Builder work = Work.newBuilder().setMadeBefore(madeBefore).setAwaited(awaited);
    awaited = false;
    long bytes = 0;
    while (!unsent.isEmpty() && unsent.peek().getSequence() <= limit && bytes < MESSAGE_BYTES) {
      Operation operation = unsent.remove();
      bytes += operation.getSerializedSize();
      work.addOperations(operation);
    }
    for (ClientSubscription subscription : credited) {
      work.addCredits(
          Credit.newBuilder()
              .setSubscription(subscription.id())
              .setCredits(subscription.unsentCredit)
              .setBytes(subscription.unsentBytes));
      subscription.unsentCredit = 0;
      subscription.unsentBytes = 0;
    }
    credited.clear();
    Request request;
    while ((request = unsentRequests.poll()) != null) {
      work.addRequests(request);
    }
    return work.build();
  }

  /**
   * The last operation before an unanswered purge. What was called after it is held back until the
   * answer: a purge drops all it finds, and may have to be sent again.
   */
  private long firstPurge() {
    if (unansweredPurges > 0) {
      for (PendingRequest pending : requests.values()) {
        if (pending.request().hasPurge()) {
          return pending.request().getAfterSequence();
        }
      }
    }
    return Long.MAX_VALUE;
  }

  // ---- what comes back

  /** A message of the leader; those of earlier attachments are stale. */
  public void receive(FromShard message) {
    synchronized (inbound) {
      List<Runnable> callbacks = new ArrayList<>();
      synchronized (lock) {
        if (message.getAttachment() != attachment || route == null) {
          return;
        }
        take(message, callbacks);
      }
      callbacks.forEach(Runnable::run);
    }
  }

  private void take(FromShard message, List<Runnable> callbacks) {
    if (message.hasAttached()) {
      attached(message.getAttached().getLastSequence(), callbacks);
    }
    if (message.getAppliedSequence() > 0) {
      answered(message.getAppliedSequence(), new HashSet<>(message.getRejectedList()), callbacks);
    }
    message.getRepliesList().forEach(reply -> replied(reply, callbacks));
    message.getDeliveriesList().forEach(deliveries -> delivered(deliveries, callbacks));
    message.getEndedList().forEach(ended -> ended(ended, callbacks));
    if (message.getNotLeader()) {
      leaderLost();
    }
  }

  /**
   * The queue is gone, or another consumer has it for itself by now. In that case what this one
   * holds is still its own until it has settled it or given it back.
   */
  private void ended(long id, List<Runnable> callbacks) {
    ClientSubscription subscription = subscriptions.get(id);
    if (subscription == null) {
      return;
    }
    pulls.remove(subscription.queue().id(), subscription);
    if (subscription.ended) {
      subscriptions.remove(id); // said twice: its queue is gone as well
      return;
    }
    subscription.ended = true;
    subscription.cancelled = true;
    dropIfIdle(subscription);
    DeliveryListener listener = subscription.listener();
    if (listener != null) {
      callbacks.add(listener::onQueueDeleted);
    }
  }

  private void attached(long last, List<Runnable> callbacks) {
    if (state != State.ATTACHING) {
      return;
    }
    state = State.ATTACHED;
    unsent.clear();
    unsentRequests.clear();
    long first =
        unanswered.isEmpty() ? lastSequence + 1 : unanswered.peek().operation().getSequence();
    if (last + 1 < first) {
      forgotten(callbacks);
    } else {
      answered(last, Set.of(), callbacks);
      unanswered.forEach(pending -> unsent.add(pending.operation()));
    }
    requests.values().forEach(pending -> unsentRequests.add(pending.request()));
    madeBefore = lastSequence;
    scheduleSender();
  }

  /**
   * The shard has no memory of what it had answered before: an unreplicated one whose node was
   * started again. Its queues are gone, and what was under way to them; the numbering begins anew.
   */
  private void forgotten(List<Runnable> callbacks) {
    restartNumbering(
        new RefusedException(
            RefusedException.Reason.NOT_FOUND, "the queue's node was started again"),
        callbacks);
  }

  private void restartNumbering(RefusedException reason, List<Runnable> callbacks) {
    for (PendingOperation pending : unanswered) {
      finish(pending, Outcome.REJECTED, callbacks);
    }
    unanswered.clear();
    unsent.clear();
    lastSequence = 0;
    for (PendingRequest pending : requests.values()) {
      callbacks.add(() -> pending.future().completeExceptionally(reason));
    }
    requests.clear();
    unsentRequests.clear();
    unansweredPurges = 0;
  }

  private void answered(long sequence, Set<Long> rejected, List<Runnable> callbacks) {
    PendingOperation pending;
    while ((pending = unanswered.peek()) != null && pending.operation().getSequence() <= sequence) {
      unanswered.remove();
      boolean refused = rejected.contains(pending.operation().getSequence());
      finish(pending, refused ? Outcome.REJECTED : Outcome.ACCEPTED, callbacks);
    }
  }

  private void finish(PendingOperation pending, Outcome outcome, List<Runnable> callbacks) {
    if (pending.bytes() != 0) {
      inFlightBytes.accept(-pending.bytes());
    }
    Release release = pending.release();
    if (release != null) {
      for (int i = 0; i < release.positions().length; i++) {
        release.holder().release(release.positions()[i], release.receptions()[i]);
      }
      dropIfIdle(release.holder());
    }
    Completion completion = pending.completion();
    if (completion != null) {
      callbacks.add(() -> completion.done(outcome));
    }
  }

  private void replied(Reply reply, List<Runnable> callbacks) {
    PendingRequest pending = requests.remove(reply.getId());
    if (pending == null) {
      PendingRequest late = expired.remove(reply.getId());
      if (late != null) {
        undo(late, reply);
      }
      return;
    }
    if (pending.request().hasPurge()) {
      unansweredPurges--;
      scheduleSender();
    }
    if (reply.hasRefusal()) {
      RefusedException refusal =
          new RefusedException(
              RefusedException.Reason.valueOf(reply.getRefusal().getReason()),
              reply.getRefusal().getText());
      callbacks.add(() -> pending.future().completeExceptionally(refusal));
      return;
    }
    ClientSubscription activated = pending.activates();
    if (activated != null) {
      activated.active = true;
    }
    if (reply.hasGet()
        && reply.getGet().hasDelivery()
        && !pending.request().getGet().getAutoSettle()) {
      ClientSubscription holder = subscriptions.get(pending.request().getGet().getHolder());
      if (holder != null) {
        holder.hold(reply.getGet().getDelivery().getPosition());
      }
    } else if (reply.hasGet()) {
      ClientSubscription holder = subscriptions.get(pending.request().getGet().getHolder());
      if (holder != null) {
        dropIfIdle(holder);
      }
    }
    callbacks.add(() -> pending.future().complete(reply));
  }

  private void delivered(Deliveries deliveries, List<Runnable> callbacks) {
    ClientSubscription subscription = subscriptions.get(deliveries.getSubscription());
    DeliveryListener listener = subscription == null ? null : subscription.listener();
    if (subscription == null || listener == null || subscription.ended) {
      return; // of a queue that is gone
    }
    if (subscription.orphaned) {
      if (!subscription.autoSettle()) {
        giveBack(
            subscription,
            deliveries.getRecordsList().stream().mapToLong(DeliveryRecord::getPosition).toArray());
      }
      return;
    }
    List<Delivery> batch = new ArrayList<>(deliveries.getRecordsCount());
    for (int i = 0; i < deliveries.getRecordsCount(); i++) {
      Delivery delivery = WireMessages.delivery(deliveries.getRecords(i));
      batch.add(delivery);
      subscription.untakenBytes += delivery.message().payloadBytes();
      if (!subscription.autoSettle()) {
        subscription.hold(delivery.position());
      }
    }
    subscription.credit -= batch.size();
    callbacks.add(() -> listener.onDeliveries(batch));
  }

  // ---- the end

  /**
   * Says goodbye: what consumers hold goes back at once; what is unanswered is answered with
   * UNKNOWN.
   */
  public void close() {
    List<Runnable> callbacks = new ArrayList<>();
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      Route current = route;
      if (current != null && state == State.ATTACHED) {
        ToShard goodbye =
            ToShard.newBuilder()
                .setShard(shard)
                .setAttachment(attachment)
                .setDetach(Detach.getDefaultInstance())
                .build();
        current.schedule(() -> current.send(goodbye));
      }
      leaderLost();
      unanswered.forEach(pending -> finish(pending, Outcome.UNKNOWN, callbacks));
      unanswered.clear();
      requests
          .values()
          .forEach(
              pending ->
                  callbacks.add(
                      () ->
                          pending
                              .future()
                              .completeExceptionally(
                                  new RefusedException(
                                      RefusedException.Reason.UNAVAILABLE,
                                      "the node is stopping"))));
      requests.clear();
    }
    callbacks.forEach(Runnable::run);
  }
}
