package io.quorate.raftqueue.shard;

import io.quorate.raftqueue.queue.QueueState;
import io.quorate.raftqueue.queue.QueuedMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a leader remembers about the consumers of one queue: who subscribes, what is out with whom,
 * what is ready.
 *
 * <p>A message is ready if it is in the queue and not out. Ready messages before the cursor are in
 * {@code returned}; those from the cursor on are found in the queue itself, so a long backlog costs
 * nothing here.
 */
final class QueueDelivery {

  /** A get that waits for its answer. */
  record PendingGet(Attachment attachment, long requestId, long holder, boolean autoSettle) {}

  /** A purge that has been proposed. */
  record PendingPurge(Attachment attachment, long requestId) {}

  /** A cancel that is answered when what is being settled for its consumer has been sent. */
  record PendingCancel(ConsumerState consumer, long requestId) {}

  /**
   * A message that is out.
   *
   * @param adopted whether it was out with it already when its frontend attached
   * @param settling what is sent when it has been settled (auto-settle), else null
   * @param get the get that it answers, with auto-settle when it has been settled; else null
   */
  record Checkout(
      ConsumerState consumer,
      boolean adopted,
      @Nullable QueuedMessage settling,
      @Nullable PendingGet get) {

    /** What a consumer says it holds. */
    static Checkout adopted(ConsumerState consumer) {
      return new Checkout(consumer, true, null, null);
    }

    boolean autoSettle() {
      return settling != null;
    }
  }

  private final long queueId;
  private final Map<Long, Checkout> out = new HashMap<>();
  private final TreeSet<Long> returned = new TreeSet<>();
  private final Set<Long> seen = new HashSet<>();
  private final Set<Long> returning = new HashSet<>();
  private final List<ConsumerState> consumers = new ArrayList<>();
  final ArrayDeque<PendingGet> gets = new ArrayDeque<>();
  final ArrayDeque<PendingPurge> purges = new ArrayDeque<>();
  final ArrayDeque<PendingCancel> cancels = new ArrayDeque<>();
  private final long suspectLimit;
  private long cursor;
  private int turn;
  final HorizonStep horizonStep;
  long horizonRequested;

  /** That it has a consumer is being noted in the log. */
  boolean markingConsumed;

  /** That note is being taken back. */
  boolean unmarkingConsumed;

  /** Whether it is closed is being decided: it gets no consumer meanwhile. */
  boolean closing;

  /** Whether it is in the leader's list of queues to look at. */
  boolean dirty;

  /** Whether the next message is on its way from a page. */
  boolean loading;

  /**
   * @param state the queue as it was when this leader began, null if it was not there: what is in
   *     it up to its horizon may have been delivered before
   */
  QueueDelivery(long queueId, @Nullable QueueState state, HorizonStep horizonStep) {
    this.queueId = queueId;
    this.horizonStep = horizonStep;
    this.suspectLimit = state == null ? 0 : Math.min(state.horizon(), state.nextPosition() - 1);
  }

  long queueId() {
    return queueId;
  }

  List<ConsumerState> consumers() {
    return consumers;
  }

  Map<Long, Checkout> out() {
    return out;
  }

  /** With whom a message is out, or null. */
  @Nullable Checkout peekOut(long position) {
    return out.get(position);
  }

  int outCount() {
    return out.size();
  }

  int consumerCount() {
    return (int) consumers.stream().filter(ConsumerState::subscribed).count();
  }

  /** Whether it has a consumer whose node this one has a link to. */
  boolean anyConnected() {
    return consumers.stream().anyMatch(c -> c.subscribed() && c.attachment().connected);
  }

  boolean hasExclusive() {
    return consumers.stream().anyMatch(c -> c.subscribed() && c.exclusive());
  }

  /** Whether a consumer on another node and this one exclude each other. */
  boolean excludes(ConsumerState newcomer) {
    return consumers.stream()
        .anyMatch(
            c ->
                c.subscribed()
                    && c.attachment().node() != newcomer.attachment().node()
                    && (c.exclusive() || newcomer.exclusive()));
  }

  void addConsumer(ConsumerState consumer) {
    consumers.add(consumer);
    consumers.sort(Comparator.comparingLong(ConsumerState::priority).reversed());
  }

  void removeConsumer(ConsumerState consumer) {
    consumers.remove(consumer);
  }

  /** The next consumer to be served: highest priority first, in turn among equals. */
  @Nullable ConsumerState nextHungry() {
    ConsumerState best = null;
    int count = consumers.size();
    int bestIndex = 0;
    for (int i = 0; i < count; i++) {
      int index = (turn + i) % count;
      ConsumerState candidate = consumers.get(index);
      if (candidate.hungry() && (best == null || candidate.priority() > best.priority())) {
        best = candidate;
        bestIndex = index;
      }
    }
    if (best != null) {
      turn = (bestIndex + 1) % count;
    }
    return best;
  }

  boolean anyHungry() {
    for (ConsumerState consumer : consumers) {
      if (consumer.hungry()) {
        return true;
      }
    }
    return false;
  }

  /** The first get whose node can be sent a message, or null. */
  @Nullable PendingGet peekGet() {
    for (PendingGet get : gets) {
      if (get.attachment().takesMore()) {
        return get;
      }
    }
    return null;
  }

  /** The position of the first ready message, without taking it; -1 if there is none. */
  long peekReady(QueueState queue) {
    while (!returned.isEmpty()) {
      long position = returned.first();
      if (queue.has(position)) {
        return position;
      }
      returned.pollFirst(); // settled meanwhile
    }
    long position = queue.atOrAfter(cursor);
    while (position >= 0 && out.containsKey(position)) {
      position = queue.atOrAfter(position + 1);
    }
    cursor = position < 0 ? Math.max(cursor, queue.nextPosition()) : position;
    return position;
  }

  /** Marks a ready message as out. */
  void checkOut(long position, Checkout checkout) {
    out.put(position, checkout);
    boolean cameBack = !returned.isEmpty() && returned.remove(position);
    if (!cameBack && position == cursor) {
      cursor = position + 1;
    }
  }

  /** A message has left the queue; answers with whom it was. */
  @Nullable Checkout settled(long position) {
    if (!seen.isEmpty()) {
      seen.remove(position);
    }
    if (!returned.isEmpty()) {
      returned.remove(position);
    }
    if (!returning.isEmpty()) {
      returning.remove(position);
    }
    return out.remove(position);
  }

  /** Messages have left the queue unnamed. */
  void forgetGone(QueueState queue) {
    List<Long> gone = out.keySet().stream().filter(position -> !queue.has(position)).toList();
    gone.forEach(this::settled);
    seen.removeIf(position -> !queue.has(position));
  }

  /** Whether a message waits to be settled before it is sent to a consumer. */
  boolean anySettling(ConsumerState consumer) {
    return consumer.autoSettle()
        && out.values().stream().anyMatch(checkout -> checkout.consumer() == consumer);
  }

  /**
   * A message that is out is about to come back: true the first time, until it has. So it cannot
   * come back a second time when it is with somebody else already.
   */
  boolean beginReturn(long position) {
    return returning.add(position);
  }

  /** Whether any message is about to come back. */
  boolean anyReturning() {
    return !returning.isEmpty();
  }

  /** Where a message is out, if that is with this subscription. */
  @Nullable Checkout outWith(Attachment attachment, long subscription, long position) {
    Checkout checkout = out.get(position);
    return checkout != null
            && checkout.consumer().attachment() == attachment
            && checkout.consumer().id() == subscription
        ? checkout
        : null;
  }

  /**
   * Whether a message is out with this subscription, in a delivery that is meant, and not about to
   * come back.
   */
  boolean canSettle(
      Attachment attachment, long subscription, long position, Predicate<Checkout> meant) {
    Checkout checkout = outWith(attachment, subscription, position);
    return checkout != null
        && meant.test(checkout)
        && (returning.isEmpty() || !returning.contains(position));
  }

  /** A message is no longer out: back to its place. */
  void giveBack(long position) {
    out.remove(position);
    returning.remove(position);
    if (position < cursor) {
      returned.add(position);
    }
  }

  /** As {@link #giveBack}, where no return was counted: remembers that it may have been seen. */
  void giveBackSeen(long position) {
    seen.add(position);
    giveBack(position);
  }

  /** Whether a delivery of this message must be flagged. */
  boolean mayHaveBeenDelivered(QueuedMessage message) {
    return message.deliveryCount() > 0
        || message.position() <= suspectLimit
        || seen.contains(message.position());
  }

  /** Positions that are out with consumers of which {@code predicate} holds. */
  List<Long> positionsOut(Predicate<ConsumerState> predicate) {
    List<Long> positions = new ArrayList<>();
    out.forEach(
        (position, checkout) -> {
          if (!checkout.autoSettle() && predicate.test(checkout.consumer())) {
            positions.add(position);
          }
        });
    positions.sort(null);
    return positions;
  }

  /** Takes everything that is ready now away from delivery (it is about to be purged). */
  void skipReady(QueueState queue) {
    returned.clear();
    cursor = queue.nextPosition();
  }
}
