package io.quorate.raftqueue.shard;

import io.quorate.link.v1.Attached;
import io.quorate.link.v1.Deliveries;
import io.quorate.link.v1.DeliveryRecord;
import io.quorate.link.v1.FromShard;
import io.quorate.link.v1.Refusal;
import io.quorate.link.v1.Reply;
import io.quorate.link.v1.Request;
import io.quorate.log.v1.Operation;
import io.quorate.log.v1.Session;
import io.quorate.raftqueue.api.RefusedException;
import io.quorate.raftqueue.shard.QueueDelivery.Checkout;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One node's frontends at a leader: its session, its subscriptions, and what is to be sent to it at
 * the end of the turn.
 */
final class Attachment {

  /**
   * How much goes into one message, in bytes, before the next is begun; a delivery is not split.
   */
  private static final long MESSAGE_BYTES = 1 << 20;

  private final int shard;
  private final long id;
  private final Session session;
  private final FrontendPort port;
  private final Map<Long, ConsumerState> consumers = new HashMap<>();
  private final Map<Long, Deliveries.Builder> deliveries = new LinkedHashMap<>();

  /** Operations that name a queue this node's definitions do not know yet. */
  final ArrayDeque<Operation> stalled = new ArrayDeque<>();

  /**
   * The settles and requeues that the frontend will send again, by number, with what they can be
   * about: what was out with it when it attached, not what it has been given anew.
   */
  final Map<Long, Set<Checkout>> releasing = new HashMap<>();

  /**
   * The last operation that the frontend made before it heard that it is attached: up to here it
   * may give back what it held when it attached, not what it has been given since.
   */
  long madeBefore;

  /** Requests that wait for operations sent before them. */
  final ArrayDeque<Request> waiting = new ArrayDeque<>();

  /** The last operation taken in, applied or not. */
  long lastReceived;

  boolean connected = true;
  private FromShard.@Nullable Builder out;
  private long deliveryBytes;

  /** Somebody was not given anything because the link was full. */
  private boolean starved;

  Attachment(int shard, long id, Session session, FrontendPort port) {
    this.shard = shard;
    this.id = id;
    this.session = session;
    this.port = port;
  }

  long id() {
    return id;
  }

  int node() {
    return session.getNode();
  }

  Session session() {
    return session;
  }

  FrontendPort port() {
    return port;
  }

  Map<Long, ConsumerState> consumers() {
    return consumers;
  }

  /**
   * Whether its frontends can be sent deliveries; if not, {@link #takesMoreAgain} will say when.
   */
  boolean takesMore() {
    boolean room = port.hasRoom();
    starved |= !room;
    return room;
  }

  /** True once when deliveries that were held back because the link was full can go on. */
  boolean takesMoreAgain() {
    boolean again = starved && port.hasRoom();
    starved &= !again;
    return again;
  }

  private FromShard.Builder out() {
    FromShard.Builder builder = out;
    if (builder == null) {
      builder = FromShard.newBuilder().setShard(shard).setAttachment(id);
      out = builder;
    }
    return builder;
  }

  void attached(long lastSequence) {
    lastReceived = lastSequence;
    out().setAttached(Attached.newBuilder().setLastSequence(lastSequence));
  }

  void applied(long sequence) {
    out().setAppliedSequence(sequence);
  }

  void deliver(ConsumerState consumer, DeliveryRecord record) {
    if (deliveryBytes > MESSAGE_BYTES) {
      flush();
    }
    deliveryBytes += record.getSerializedSize();
    deliveries
        .computeIfAbsent(consumer.id(), key -> Deliveries.newBuilder().setSubscription(key))
        .addRecords(record);
  }

  void reply(Reply.Builder reply) {
    out().addReplies(reply);
  }

  void refuse(long requestId, RefusedException.Reason reason, String text) {
    reply(
        Reply.newBuilder()
            .setId(requestId)
            .setRefusal(Refusal.newBuilder().setReason(reason.name()).setText(text)));
  }

  void ended(long subscription) {
    out().addEnded(subscription);
  }

  void notLeader() {
    out().setNotLeader(true);
  }

  /** Sends what has gathered. */
  void flush() {
    if (out == null && deliveries.isEmpty()) {
      return;
    }
    FromShard.Builder builder = out();
    for (Deliveries.Builder one : deliveries.values()) {
      builder.addDeliveries(one);
    }
    deliveries.clear();
    deliveryBytes = 0;
    out = null;
    if (connected) {
      port.send(builder.build());
    }
  }
}
