package io.quorate.raftqueue.shard;

import io.quorate.link.v1.Attach;
import io.quorate.link.v1.Credit;
import io.quorate.link.v1.Releasing;
import io.quorate.link.v1.Request;
import io.quorate.link.v1.SubscriptionState;
import io.quorate.link.v1.ToShard;
import io.quorate.link.v1.Work;
import io.quorate.log.v1.Batch;
import io.quorate.log.v1.CreateQueue;
import io.quorate.log.v1.DeleteQueue;
import io.quorate.log.v1.Enqueue;
import io.quorate.log.v1.OpenSession;
import io.quorate.log.v1.Operation;
import io.quorate.log.v1.Requeue;
import io.quorate.log.v1.Session;
import io.quorate.log.v1.Settle;
import io.quorate.raftqueue.queue.Effects;
import io.quorate.raftqueue.queue.QueueState;
import io.quorate.raftqueue.queue.ShardState;
import io.quorate.raftqueue.raft.RaftGroup;
import io.quorate.raftqueue.shard.QueueDelivery.Checkout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a replica does while it leads: takes in the operations of all frontends, has them replicated
 * in batches, answers when they are applied, and delivers. It lives for one leadership; the next
 * begins with an empty memory, which the frontends fill by attaching. Loop thread only.
 */
final class ShardLeader implements Effects {

  /** How many times longer than deliveries the end of a queue waits for a slow frontend. */
  private static final long SLOW_FRONTEND = 10;

  private final int shard;
  private final ShardState state;
  private final Loop loop;
  private final QueueCatalog catalog;
  private final ShardSettings settings;
  private final BatchPipeline pipeline;
  private final DeliveryEngine delivery;
  private final QueueClosing closing;
  private final RequestHandler requests;

  /** By node. */
  private final Map<Integer, Attachment> attachments = new HashMap<>();

  /** Attaches that wait for their session to be opened, by node. */
  private final Map<Integer, PendingAttach> opening = new HashMap<>();

  private final Set<Long> creating = new HashSet<>();
  private final Set<Integer> awaited;
  private boolean stopped;

  /** Whether a consumer that has not been handed over by now will not be. */
  private boolean consumersKnown;

  private record PendingAttach(long id, Attach attach, FrontendPort port) {}

  /**
   * @param awaited nodes whose frontends are connected now: deliveries begin when they have
   *     attached, or after a while
   * @param stillLeads false once the group has said that this leadership is over, even before the
   *     loop has come to it
   */
  ShardLeader(
      int shard,
      ShardState state,
      RaftGroup group,
      Loop loop,
      QueueCatalog catalog,
      Set<Integer> awaited,
      ShardSettings settings,
      BooleanSupplier stillLeads) {
    this.shard = shard;
    this.state = state;
    this.loop = loop;
    this.catalog = catalog;
    this.settings = settings;
    this.awaited = new HashSet<>(awaited);
    this.pipeline = new BatchPipeline(group, loop, settings, stillLeads);
    this.delivery = new DeliveryEngine(state, group, loop, pipeline, settings, stillLeads);
    this.closing = new QueueClosing(state, delivery, pipeline, catalog, () -> consumersKnown);
    this.requests = new RequestHandler(state, delivery, pipeline, catalog, closing);
    loop.schedule(this::openDelivery, settings.handoverMs());
  }

  // ---- frontends

  void receive(ToShard message, FrontendPort port) {
    switch (message.getKindCase()) {
      case ATTACH -> attach(message.getAttachment(), message.getAttach(), port);
      case DETACH -> {
        withAttachment(message, port, this::drop);
        deleteAbandonedQueues();
      }
      case WORK -> withAttachment(message, port, attachment -> work(attachment, message.getWork()));
      case KIND_NOT_SET -> {}
    }
  }

  private void withAttachment(
      ToShard message, FrontendPort port, java.util.function.Consumer<Attachment> action) {
    for (Attachment attachment : attachments.values()) {
      if (attachment.id() == message.getAttachment() && attachment.port() == port) {
        action.accept(attachment);
        return;
      }
    }
  }

  private void attach(long id, Attach attach, FrontendPort port) {
    Session session = attach.getSession();
    if (state.incarnation(session.getNode()) > session.getIncarnation()) {
      return; // an earlier run of that node; its process is gone
    }
    if (state.lastSequence(session.getNode(), session.getIncarnation()) >= 0) {
      admit(id, attach, port);
      return;
    }
    Attachment before = attachments.get(session.getNode());
    if (before != null) {
      drop(before); // that run is over: nothing of it may come after the new session
    }
    opening.put(session.getNode(), new PendingAttach(id, attach, port));
    pipeline.add(
        null,
        Operation.newBuilder()
            .setOpenSession(OpenSession.newBuilder().setSession(session))
            .build());
  }

  private void admit(long id, Attach attach, FrontendPort port) {
    Session session = attach.getSession();
    Attachment before = attachments.remove(session.getNode());
    if (before != null && before.session().getIncarnation() != session.getIncarnation()) {
      drop(before);
      before = null;
    }
    Attachment attachment = new Attachment(shard, id, session, port);
    attachments.put(session.getNode(), attachment);
    for (SubscriptionState subscription : attach.getSubscriptionsList()) {
      adopt(attachment, subscription);
    }
    if (before != null) {
      forgetConsumers(before);
      returnUncounted(before);
    }
    attachment.attached(state.lastSequence(session.getNode(), session.getIncarnation()));
    awaited.remove(session.getNode());
    if (awaited.isEmpty()) {
      consumersKnown = true;
      openDelivery();
    }
    if (before == null) {
      deleteAbandonedQueues(); // of an earlier run of that node
    }
  }

  private void adopt(Attachment attachment, SubscriptionState subscription) {
    long queueId = subscription.getQueueId();
    if (!catalog.exists(queueId) && queueId <= catalog.lastQueueId()) {
      attachment.ended(subscription.getId());
      return;
    }
    ConsumerState consumer = new ConsumerState(attachment, subscription);
    QueueDelivery queue = delivery.queue(queueId);
    if (consumer.subscribed() && queue.excludes(consumer)) {
      // It was away for too long, and another has its place. What it holds stays with it.
      consumer.cancelled = true;
      attachment.ended(subscription.getId());
    }
    attachment.consumers().put(consumer.id(), consumer);
    subscription.getHeldList().forEach(position -> adopt(consumer, queue, position));
    long applied = state.lastSequence(attachment.node(), attachment.session().getIncarnation());
    for (Releasing releasing : subscription.getReleasingList()) {
      if (releasing.getSequence() > applied) {
        Set<Checkout> adopted = Collections.newSetFromMap(new IdentityHashMap<>());
        for (long position : releasing.getPositionsList()) {
          Checkout checkout = adopt(consumer, queue, position);
          if (checkout != null) {
            adopted.add(checkout);
          }
        }
        attachment.releasing.put(releasing.getSequence(), adopted);
      }
    }
    if (consumer.subscribed()) {
      queue.addConsumer(consumer);
      closing.handedOver(queueId);
    }
    delivery.touch(queue);
  }

  /** What a consumer says it holds is out with it, unless it is with another node's by now. */
  private @Nullable Checkout adopt(ConsumerState consumer, QueueDelivery queue, long position) {
    QueueState messages = state.queue(queue.queueId());
    Checkout current = queue.out().get(position);
    boolean free =
        current == null || current.consumer().attachment().node() == consumer.attachment().node();
    if (messages == null || !messages.has(position) || !free) {
      return null;
    }
    if (current != null && current.consumer() == consumer) {
      return current; // another of its operations is about the same delivery
    }
    Checkout checkout = Checkout.adopted(consumer);
    queue.checkOut(position, checkout);
    return checkout;
  }

  private void work(Attachment attachment, Work work) {
    attachment.madeBefore = work.getMadeBefore();
    for (Operation operation : work.getOperationsList()) {
      if (!attachment.stalled.isEmpty()) {
        attachment.stalled.add(operation);
      } else if (!take(attachment, operation)) {
        attachment.stalled.add(operation);
      }
    }
    if (work.getAwaited() || work.getRequestsCount() > 0) {
      pipeline.hurry();
    }
    for (Credit credit : work.getCreditsList()) {
      ConsumerState consumer = attachment.consumers().get(credit.getSubscription());
      if (consumer != null) {
        consumer.credit += credit.getCredits();
        consumer.untakenBytes -= credit.getBytes();
        delivery.touch(delivery.queue(consumer.queueId()));
      }
    }
    // Run at the end of the turn: what they deliver first must be sent before an attachment can go,
    // or it would come back flagged without ever having been out.
    for (Request request : work.getRequestsList()) {
      attachment.waiting.add(request);
    }
  }

  /** Takes in one operation; false if it must wait until this node has heard of its queues. */
  private boolean take(Attachment attachment, Operation operation) {
    if (operation.getSequence() != attachment.lastReceived + 1) {
      return true; // sent twice
    }
    Operation checked = operation;
    switch (operation.getKindCase()) {
      case ENQUEUE -> {
        if (!createMissing(operation.getEnqueue())) {
          return false;
        }
      }
      case SETTLE -> checked = settleOnlyHeldBy(attachment, operation);
      case REQUEUE -> checked = onlyHeldBy(attachment, operation);
      default -> {}
    }
    attachment.lastReceived = operation.getSequence();
    pipeline.add(attachment.session(), checked);
    return true;
  }

  /** Queues come into being with the first message: the definitions say whether they may. */
  private boolean createMissing(Enqueue enqueue) {
    for (int i = 0; i < enqueue.getQueueIdsCount(); i++) {
      long id = enqueue.getQueueIds(i);
      if (state.queue(id) != null || creating.contains(id)) {
        continue;
      }
      if (catalog.exists(id)) {
        creating.add(id);
        pipeline.add(
            null,
            Operation.newBuilder().setCreateQueue(CreateQueue.newBuilder().setQueueId(id)).build());
      } else if (id > catalog.lastQueueId()) {
        return false;
      }
    }
    return true;
  }

  /**
   * A subscription can settle only what is out with it and not on its way back: what was taken from
   * it, because its node was away, may be with another by the time the settle is applied.
   */
  private Operation settleOnlyHeldBy(Attachment attachment, Operation operation) {
    Settle settle = operation.getSettle();
    QueueDelivery queue = delivery.find(settle.getQueueId());
    Predicate<Checkout> meant = meant(attachment, operation);
    Settle.Builder held = null;
    int count = settle.getPositionsCount();
    for (int i = 0; i < count; i++) {
      long position = settle.getPositions(i);
      if (queue != null && queue.canSettle(attachment, settle.getHolder(), position, meant)) {
        if (held != null) {
          held.addPositions(position);
        }
      } else if (held == null) {
        held = settle.toBuilder().clearPositions();
        held.addAllPositions(settle.getPositionsList().subList(0, i));
      }
    }
    return held == null ? operation : operation.toBuilder().setSettle(held).build();
  }

  /** A subscription can give back only what is out with it. */
  private Operation onlyHeldBy(Attachment attachment, Operation operation) {
    Requeue requeue = operation.getRequeue();
    QueueDelivery queue = delivery.find(requeue.getQueueId());
    Predicate<Checkout> meant = meant(attachment, operation);
    Requeue.Builder held = Requeue.newBuilder().setQueueId(requeue.getQueueId());
    for (int i = 0; queue != null && i < requeue.getPositionsCount(); i++) {
      long position = requeue.getPositions(i);
      Checkout checkout = queue.outWith(attachment, requeue.getHolder(), position);
      if (checkout != null && meant.test(checkout) && queue.beginReturn(position)) {
        held.addPositions(position);
      }
    }
    return operation.toBuilder().setRequeue(held).build();
  }

  /**
   * Tells which deliveries an operation can be about. The same message may have come to its
   * subscription again: what was made before the frontend heard that it is attached is about what
   * it held by then, and what is sent again only about what that operation had named.
   */
  private static Predicate<Checkout> meant(Attachment attachment, Operation operation) {
    Set<Checkout> named = attachment.releasing.remove(operation.getSequence());
    if (named != null) {
      return named::contains;
    }
    return operation.getSequence() <= attachment.madeBefore ? Checkout::adopted : checkout -> true;
  }

  // ---- frontends that go

  /** A link broke: its frontend may come back shortly and find everything as it was. */
  void portClosed(FrontendPort port) {
    opening.values().removeIf(pending -> pending.port() == port);
    for (Attachment attachment : new ArrayList<>(attachments.values())) {
      if (attachment.port() == port) {
        attachment.connected = false;
        attachment.waiting.clear(); // asked again when the frontend is back
        forgetGets(attachment);
        loop.schedule(() -> dropIfGone(attachment), settings.detachGraceMs());
      }
    }
  }

  private void dropIfGone(Attachment attachment) {
    if (!stopped && attachments.get(attachment.node()) == attachment) {
      drop(attachment);
      deleteAbandonedQueues();
    }
  }

  /** A frontend is gone for good: what its consumers held goes back, and a return is counted. */
  private void drop(Attachment attachment) {
    attachments.remove(attachment.node(), attachment);
    attachment.connected = false;
    forgetConsumers(attachment);
    for (QueueDelivery queue : delivery.all()) {
      List<Long> held = queue.positionsOut(c -> c.attachment() == attachment);
      held.removeIf(position -> !queue.beginReturn(position));
      for (int from = 0; from < held.size(); from += ShardState.MAX_POSITIONS) {
        List<Long> piece =
            held.subList(from, Math.min(held.size(), from + ShardState.MAX_POSITIONS));
        pipeline.add(
            null,
            Operation.newBuilder()
                .setRequeue(Requeue.newBuilder().setQueueId(queue.queueId()).addAllPositions(piece))
                .build());
      }
    }
  }

  /**
   * Auto-delete queues whose last consumer has gone with its node go too. Where a consumer is
   * cancelled by its client, its own node sees to that.
   */
  private void deleteAbandonedQueues() {
    if (stopped || !delivery.isOpen() || !consumersKnown) {
      return; // consumers may still come and say that they are there
    }
    closing.closeAbandoned();
  }

  private void forgetConsumers(Attachment attachment) {
    for (ConsumerState consumer : attachment.consumers().values()) {
      consumer.cancelled = true;
      QueueDelivery queue = delivery.find(consumer.queueId());
      if (queue != null) {
        queue.removeConsumer(consumer);
      }
    }
    forgetGets(attachment);
  }

  private void forgetGets(Attachment attachment) {
    for (QueueDelivery queue : delivery.all()) {
      queue.gets.removeIf(get -> get.attachment() == attachment);
    }
  }

  /** Deliveries that got lost on a broken link: back to their places, flagged. */
  private void returnUncounted(Attachment before) {
    for (QueueDelivery queue : delivery.all()) {
      for (long position : queue.positionsOut(c -> c.attachment() == before)) {
        queue.giveBackSeen(position);
        delivery.touch(queue);
      }
    }
  }

  // ---- definitions

  /** This node's definitions have changed: queues may have come or gone. */
  void definitionsChanged() {
    for (Attachment attachment : attachments.values()) {
      while (!attachment.stalled.isEmpty() && take(attachment, attachment.stalled.peek())) {
        attachment.stalled.remove();
      }
    }
  }

  /** Whether anything may wait for a queue that this node has not heard of. */
  boolean awaitsDefinitions() {
    for (Attachment attachment : attachments.values()) {
      if (!attachment.stalled.isEmpty() || !attachment.waiting.isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /** What an earlier leader had begun. */
  void deleteClosedQueues() {
    closing.deleteClosed();
  }

  /** A queue is no longer defined. */
  void queueRemoved(long id) {
    if (state.queue(id) != null || creating.contains(id)) {
      pipeline.add(
          null,
          Operation.newBuilder().setDeleteQueue(DeleteQueue.newBuilder().setQueueId(id)).build());
    }
    endDeliveries(id);
  }

  private void endDeliveries(long id) {
    QueueDelivery queue = delivery.find(id);
    if (queue == null) {
      return;
    }
    requests.queueGone(queue);
    for (Attachment attachment : attachments.values()) {
      for (ConsumerState consumer : List.copyOf(attachment.consumers().values())) {
        if (consumer.queueId() == id) {
          attachment.consumers().remove(consumer.id());
          attachment.ended(consumer.id());
        }
      }
    }
    delivery.forget(id);
  }

  // ---- the log

  /**
   * An entry has been committed; {@code proposer} is the pipeline it came from, if it was one of
   * this replica's.
   */
  void apply(Batch batch, @Nullable BatchPipeline proposer) {
    state.apply(batch, this);
    if (proposer == pipeline) {
      pipeline.applied();
    }
  }

  @Override
  public void sessionAdvanced(int node, long incarnation, long lastSequence) {
    PendingAttach pending = opening.get(node);
    if (pending != null && pending.attach().getSession().getIncarnation() == incarnation) {
      opening.remove(node);
      admit(pending.id(), pending.attach(), pending.port());
      return;
    }
    Attachment attachment = attachments.get(node);
    if (attachment != null && attachment.session().getIncarnation() == incarnation) {
      attachment.applied(lastSequence);
    }
  }

  @Override
  public void enqueued(QueueState queue, long position) {
    QueueDelivery known = delivery.find(queue.id());
    if (known != null && !known.dirty) {
      delivery.touch(known);
    }
  }

  @Override
  public void settled(QueueState queue, long position) {
    ConsumerState served = delivery.settled(queue, position);
    QueueDelivery known = served == null ? null : delivery.find(queue.id());
    if (served != null && known != null) {
      requests.sentSettled(known, served);
    }
  }

  @Override
  public void requeued(QueueState queue, long position) {
    QueueDelivery known = delivery.queue(queue.id());
    known.giveBack(position);
    delivery.touch(known);
  }

  @Override
  public void purged(QueueState queue, long messages) {
    QueueDelivery known = delivery.find(queue.id());
    if (known != null) {
      known.forgetGone(queue);
      requests.purged(known, messages);
    }
  }

  @Override
  public void horizonRaised(QueueState queue) {
    delivery.touch(delivery.queue(queue.id()));
  }

  @Override
  public void queueDeleted(QueueState queue) {
    creating.remove(queue.id());
    endDeliveries(queue.id());
  }

  @Override
  public void closeDecided(QueueState queue) {
    closing.decided(queue);
  }

  // ---- turns

  void suspendDelivery(boolean suspend) {
    delivery.suspend(suspend);
  }

  private void stopWaitingForConsumers() {
    consumersKnown = true;
    deleteAbandonedQueues();
  }

  private void openDelivery() {
    if (!stopped && !delivery.isOpen()) {
      delivery.open();
      deleteAbandonedQueues();
      if (!consumersKnown) {
        // a frontend is slow, or its node is gone: deliveries go on, but a queue is not deleted yet
        loop.schedule(this::stopWaitingForConsumers, SLOW_FRONTEND * settings.handoverMs());
      }
    }
  }

  /** At the end of each burst: what waited goes on, what gathered is proposed and sent. */
  void endOfTurn() {
    closing.endOfTurn();
    for (Attachment attachment : attachments.values()) {
      requests.run(attachment);
      if (attachment.takesMoreAgain()) {
        delivery.touchWanted();
      }
    }
    creating.removeIf(id -> state.queue(id) != null);
    delivery.run();
    pipeline.flush();
    for (Attachment attachment : attachments.values()) {
      attachment.flush();
    }
    long wait = pipeline.waitNanos();
    if (wait > 0) {
      loop.wakeIn(wait);
    }
    loop.wakeComes(pipeline.crowded() || pipeline.lingerNanos() > 0);
  }

  /** Leadership is over: the frontends look for the next leader. */
  void stop() {
    stopped = true;
    loop.wakeComes(false);
    for (Attachment attachment : attachments.values()) {
      attachment.notLeader();
      attachment.flush();
    }
  }

  @Nullable Attachment attachment(int node) {
    return attachments.get(node);
  }
}
