package io.quorate.raftqueue.session;

import io.quorate.link.v1.Deliveries;
import io.quorate.link.v1.DeliveryRecord;
import io.quorate.link.v1.FromShard;
import io.quorate.link.v1.Reply;
import io.quorate.raftqueue.api.Delivery;
import io.quorate.raftqueue.api.DeliveryListener;
import io.quorate.raftqueue.api.RefusedException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * Takes in what comes from the leader: answers, deliveries, the ends of subscriptions.
 *
 * <p>Invariant: whatever a message brings is either told to whoever waits for it or, if nobody does
 * any more, given back.
 *
 * <p>Called with the lock of the {@link ShardClient} held, one message at a time. Nothing of its
 * users is called: what they are to be told is added to {@code callbacks}, for the caller to run
 * without the lock and before the next message.
 */
final class LeaderMessages {

  private final SubscriptionTable subscriptions;
  private final OperationWindow operations;
  private final RequestTable requests;
  private final LeaderAttachment attachment;
  private final ShardCalls calls;

  LeaderMessages(
      SubscriptionTable subscriptions,
      OperationWindow operations,
      RequestTable requests,
      LeaderAttachment attachment,
      ShardCalls calls) {
    this.subscriptions = subscriptions;
    this.operations = operations;
    this.requests = requests;
    this.attachment = attachment;
    this.calls = calls;
  }

  /** Takes in a message, unless it is one of an earlier attachment. */
  void take(FromShard message, List<Runnable> callbacks) {
    if (!attachment.isFor(message)) {
      return;
    }
    if (message.hasAttached()) {
      attached(message.getAttached().getLastSequence(), callbacks);
    }
    if (message.getAppliedSequence() > 0) {
      operations.answered(
          message.getAppliedSequence(), new HashSet<>(message.getRejectedList()), callbacks);
    }
    message.getRepliesList().forEach(reply -> replied(reply, callbacks));
    message.getDeliveriesList().forEach(deliveries -> delivered(deliveries, callbacks));
    message.getEndedList().forEach(ended -> subscriptions.ended(ended, callbacks));
    if (message.getNotLeader()) {
      attachment.leaderLost();
    }
  }

  private void attached(long lastSequence, List<Runnable> callbacks) {
    if (!attachment.attached()) {
      return;
    }
    if (operations.forgottenBy(lastSequence)) {
      // An unreplicated shard whose node was started again. Its queues are gone, and what was under
      // way to them; the numbering begins anew.
      // The leader has been told of what was under way, which will never come: attach once more.
      operations.restart(lastSequence, callbacks);
      requests.restart(Refusals.startedAgain(), callbacks);
      attachment.again();
      return;
    }
    operations.resend(lastSequence, callbacks);
    requests.resend();
    operations.markAttached();
    attachment.scheduleSender();
  }

  // ---- replies

  private void replied(Reply reply, List<Runnable> callbacks) {
    RequestTable.Pending pending = requests.answered(reply.getId());
    if (pending == null) {
      RequestTable.Pending late = requests.answeredLate(reply.getId());
      if (late != null) {
        undo(late, reply);
      }
      return;
    }
    if (pending.request().hasPurge()) {
      attachment.scheduleSender(); // what was held back
    }
    if (reply.hasRefusal()) {
      RefusedException refusal = Refusals.of(reply.getRefusal());
      callbacks.add(() -> pending.future().completeExceptionally(refusal));
      return;
    }
    ClientSubscription subscription = pending.subscription();
    if (subscription != null) {
      subscription.active = true;
      if (reply.hasGet()) {
        got(subscription, pending, reply);
      }
    }
    callbacks.add(() -> pending.future().complete(reply));
  }

  private void got(ClientSubscription asking, RequestTable.Pending pending, Reply reply) {
    ClientSubscription holder = subscriptions.puller(asking);
    if (bringsUnsettled(pending, reply)) {
      holder.hold(reply.getGet().getDelivery().getPosition());
    } else {
      subscriptions.dropIfIdle(holder);
    }
  }

  /** An answer that nobody waits for: what it brought goes back. */
  private void undo(RequestTable.Pending pending, Reply reply) {
    ClientSubscription subscription = pending.subscription();
    if (subscription == null || reply.hasRefusal()) {
      return;
    }
    if (bringsUnsettled(pending, reply)) {
      giveBack(
          subscriptions.puller(subscription),
          new long[] {reply.getGet().getDelivery().getPosition()});
    } else if (pending.request().hasSubscribe()) {
      subscription.active = true;
      subscription.orphaned = true;
      subscriptions.add(subscription);
      calls.cancel(subscription);
    }
  }

  private static boolean bringsUnsettled(RequestTable.Pending pending, Reply reply) {
    return reply.hasGet()
        && reply.getGet().hasDelivery()
        && !pending.request().getGet().getAutoSettle();
  }

  private void giveBack(ClientSubscription holder, long[] positions) {
    for (long position : positions) {
      holder.hold(position);
    }
    calls.requeue(holder.queue(), holder.id(), positions, outcome -> {});
  }

  // ---- deliveries

  private void delivered(Deliveries deliveries, List<Runnable> callbacks) {
    ClientSubscription subscription = subscriptions.find(deliveries.getSubscription());
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
}
