package io.quorate.raftqueue.shard;

import io.quorate.link.v1.Credit;
import io.quorate.link.v1.Request;
import io.quorate.link.v1.ToShard;
import io.quorate.link.v1.Work;
import io.quorate.log.v1.Batch;
import io.quorate.log.v1.DeleteQueue;
import io.quorate.log.v1.Operation;
import io.quorate.raftqueue.queue.Effects;
import io.quorate.raftqueue.queue.QueueState;
import io.quorate.raftqueue.queue.ShardState;
import io.quorate.raftqueue.raft.RaftGroup;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a replica does while it leads: takes in the operations of all frontends, has them replicated
 * in batches, answers when they are applied, and delivers. It lives for one leadership; the next
 * begins with an empty memory, which the frontends fill by attaching. Its parts do the work; here
 * is the order in which they do it. Loop thread only.
 */
final class ShardLeader implements Effects {

  private final ShardState state;
  private final Loop loop;
  private final QueueCatalog catalog;
  private final BatchPipeline pipeline;
  private final DeliveryEngine delivery;
  private final Handover handover;
  private final QueueClosing closing;
  private final RequestHandler requests;
  private final OperationIntake intake;
  private final Attachments attachments;

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
    this.state = state;
    this.loop = loop;
    this.catalog = catalog;
    this.pipeline = new BatchPipeline(group, loop, settings, stillLeads);
    this.delivery = new DeliveryEngine(state, group, loop, pipeline, settings, stillLeads);
    this.handover = new Handover(delivery, loop, settings, awaited, this::closeAbandoned);
    this.closing = new QueueClosing(state, delivery, pipeline, catalog, handover::consumersKnown);
    this.requests = new RequestHandler(state, delivery, pipeline, catalog, closing);
    this.intake = new OperationIntake(state, delivery, pipeline, catalog);
    this.attachments =
        new Attachments(
            shard,
            state,
            loop,
            settings,
            pipeline,
            delivery,
            new ConsumerAdoption(state, delivery, catalog, closing),
            handover);
    handover.begin();
  }

  private void closeAbandoned() {
    closing.closeAbandoned();
  }

  // ---- frontends

  void receive(ToShard message, FrontendPort port) {
    switch (message.getKindCase()) {
      case ATTACH -> attachments.attach(message.getAttachment(), message.getAttach(), port);
      case DETACH -> attachments.detach(message.getAttachment(), port);
      case WORK -> {
        Attachment attachment = attachments.find(message.getAttachment(), port);
        if (attachment != null) {
          work(attachment, message.getWork());
        }
      }
      case KIND_NOT_SET -> {}
    }
  }

  private void work(Attachment attachment, Work work) {
    attachment.madeBefore = work.getMadeBefore();
    intake.takeAll(attachment, work);
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

  /** A link broke: its frontend may come back shortly and find everything as it was. */
  void portClosed(FrontendPort port) {
    attachments.portClosed(port);
  }

  // ---- definitions

  /** This node's definitions have changed: queues may have come or gone. */
  void definitionsChanged() {
    attachments.all().forEach(intake::resume);
  }

  /** Whether anything may wait for a queue that this node has not heard of. */
  boolean awaitsDefinitions() {
    for (Attachment attachment : attachments.all()) {
      if (!attachment.stalled.isEmpty() || !attachment.waiting.isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /** Queues whose deletion was never told to the shard, because a node died in between. */
  void removeUndefinedQueues() {
    Set<Long> known = new TreeSet<>();
    state.queues().forEach(queue -> known.add(queue.id()));
    delivery
        .all()
        .forEach(queue -> known.add(queue.queueId())); // with consumers and no message yet
    known.removeIf(id -> catalog.exists(id) || id > catalog.lastQueueId());
    known.forEach(this::queueRemoved);
  }

  /** What an earlier leader had begun. */
  void deleteClosedQueues() {
    closing.deleteClosed();
  }

  /** A queue is no longer defined. */
  void queueRemoved(long id) {
    if (intake.exists(id)) {
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
    attachments.endSubscriptions(id);
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
    attachments.sessionAdvanced(node, incarnation, lastSequence);
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
    intake.queueDeleted(queue.id());
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

  /** At the end of each burst: what waited goes on, what gathered is proposed and sent. */
  void endOfTurn() {
    closing.endOfTurn();
    for (Attachment attachment : attachments.all()) {
      requests.run(attachment);
      if (attachment.takesMoreAgain()) {
        delivery.touchWanted();
      }
    }
    intake.forgetCreated();
    delivery.run();
    pipeline.flush();
    attachments.flush();
    long wait = pipeline.waitNanos();
    if (wait > 0) {
      loop.wakeIn(wait);
    }
    loop.wakeComes(pipeline.crowded() || pipeline.lingerNanos() > 0);
  }

  /** Leadership is over: the frontends look for the next leader. */
  void stop() {
    handover.stop();
    loop.wakeComes(false);
    attachments.stop();
  }
}
