package io.quorate.raftqueue.shard;

import io.quorate.link.v1.Attach;
import io.quorate.link.v1.SubscriptionState;
import io.quorate.log.v1.OpenSession;
import io.quorate.log.v1.Operation;
import io.quorate.log.v1.Requeue;
import io.quorate.log.v1.Session;
import io.quorate.raftqueue.queue.ShardState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The nodes whose frontends are at a leader: they attach, are given time to come back when their
 * link breaks, and are dropped.
 *
 * <pre>
 *   unknown --Attach--> opening --session opened--> attached --link breaks--> away
 *   attached, away --Attach of the same run of the node--> attached
 *   attached --Detach, Attach of a later run--> unknown
 *   away --detachGraceMs, Attach of a later run--> unknown
 * </pre>
 *
 * Invariant: at most one attachment per node, that of its latest run. What an attachment holds is
 * handed over to the next of the same run, or goes back to its queue. Loop thread only.
 */
final class Attachments {

  private record PendingAttach(long id, Attach attach, FrontendPort port) {}

  private final int shard;
  private final ShardState state;
  private final Loop loop;
  private final ShardSettings settings;
  private final BatchPipeline pipeline;
  private final DeliveryEngine delivery;
  private final ConsumerAdoption adoption;
  private final Handover handover;

  /** By node. */
  private final Map<Integer, Attachment> attachments = new HashMap<>();

  /** Attaches that wait for their session to be opened, by node. */
  private final Map<Integer, PendingAttach> opening = new HashMap<>();

  private boolean stopped;

  Attachments(
      int shard,
      ShardState state,
      Loop loop,
      ShardSettings settings,
      BatchPipeline pipeline,
      DeliveryEngine delivery,
      ConsumerAdoption adoption,
      Handover handover) {
    this.shard = shard;
    this.state = state;
    this.loop = loop;
    this.settings = settings;
    this.pipeline = pipeline;
    this.delivery = delivery;
    this.adoption = adoption;
    this.handover = handover;
  }

  /** Those that are attached, or away for a moment. */
  Collection<Attachment> all() {
    return attachments.values();
  }

  /** The attachment that a frontend names; null if it is over, or another link's. */
  @Nullable Attachment find(long id, FrontendPort port) {
    for (Attachment attachment : attachments.values()) {
      if (attachment.id() == id && attachment.port() == port) {
        return attachment;
      }
    }
    return null;
  }

  // ---- those that come

  void attach(long id, Attach attach, FrontendPort port) {
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

  /** A session has been opened, or has come further. */
  void sessionAdvanced(int node, long incarnation, long lastSequence) {
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
      adoption.adopt(attachment, subscription);
    }
    if (before != null) {
      forgetConsumers(before);
      returnUncounted(before);
    }
    attachment.attached(state.lastSequence(session.getNode(), session.getIncarnation()));
    handover.attached(session.getNode());
    if (before == null) {
      handover.deleteAbandonedQueues(); // of an earlier run of that node
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

  // ---- those that go

  /** A frontend has said goodbye. */
  void detach(long id, FrontendPort port) {
    Attachment attachment = find(id, port);
    if (attachment != null) {
      drop(attachment);
    }
    handover.deleteAbandonedQueues();
  }

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
      handover.deleteAbandonedQueues();
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
        requeue(queue, held.subList(from, Math.min(held.size(), from + ShardState.MAX_POSITIONS)));
      }
    }
  }

  private void requeue(QueueDelivery queue, List<Long> positions) {
    pipeline.add(
        null,
        Operation.newBuilder()
            .setRequeue(Requeue.newBuilder().setQueueId(queue.queueId()).addAllPositions(positions))
            .build());
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

  /** A queue is gone: all its subscriptions end. */
  void endSubscriptions(long queueId) {
    for (Attachment attachment : attachments.values()) {
      for (ConsumerState consumer : List.copyOf(attachment.consumers().values())) {
        if (consumer.queueId() == queueId) {
          attachment.consumers().remove(consumer.id());
          attachment.ended(consumer.id());
        }
      }
    }
  }

  // ---- the end

  /** Sends what has gathered. */
  void flush() {
    for (Attachment attachment : attachments.values()) {
      attachment.flush();
    }
  }

  /** Leadership is over: the frontends look for the next leader. */
  void stop() {
    stopped = true;
    for (Attachment attachment : attachments.values()) {
      attachment.notLeader();
      attachment.flush();
    }
  }
}
