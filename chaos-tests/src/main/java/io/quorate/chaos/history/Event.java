package io.quorate.chaos.history;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One event of an operation. Immutable; each {@code with}-like method gives another one.
 *
 * @param at nanoseconds since the start of the history, or {@link #UNSTAMPED}: the writer fills it
 *     in
 * @param type where in the operation's life it is
 * @param kind what the operation is
 * @param op the operation's number, the same in all its events, from {@link
 *     HistoryWriter#nextOperation}
 * @param process who does it, such as {@code publisher-3}; one thing at a time, except for {@link
 *     Kind#PUBLISH}, which may have many under way
 * @param node the node that the process is connected to, from 1; 0 if none
 * @param channel the number of the channel in this history, from 1; 0 if none
 * @param target the queue, the exchange, the group or what else it is about
 * @param value the message
 * @param intended when an open-loop process should have begun, on the same clock; -1 if not so
 * @param tag the delivery tag; -1 if none
 * @param redelivered the flag that came with a delivery
 * @param count the header {@code x-delivery-count}, a term, or the number of a transaction; -1 if
 *     none
 * @param detail whatever else there is to say: the reason of a failure, a binding
 */
public record Event(
    long at,
    EventType type,
    Kind kind,
    long op,
    String process,
    int node,
    int channel,
    @Nullable String target,
    @Nullable Value value,
    long intended,
    long tag,
    boolean redelivered,
    long count,
    @Nullable String detail) {

  /** Not stamped yet. */
  public static final long UNSTAMPED = -1;

  /**
   * Detail of consumers, gets and deliveries: {@code no-ack}, the message is settled as it is sent.
   */
  public static final String NO_ACK = "no-ack";

  /** Detail of a consumer that wants to be the only one of its queue. */
  public static final String EXCLUSIVE = "exclusive";

  /** Detail of a publish to a queue by its name, which comes back if there is no such queue. */
  public static final String MANDATORY = "mandatory";

  /** The process of faults. */
  public static final String NEMESIS = "nemesis";

  /** The fault that is the moment itself at which power goes, within whatever made it go. */
  public static final String POWER_CUT = "power-cut";

  /** An event that says nothing but what and when. */
  public static Event of(EventType type, Kind kind, long op) {
    return new Event(UNSTAMPED, type, kind, op, "", 0, 0, null, null, -1, -1, false, -1, null);
  }

  /**
   * A fault that begins or ends.
   *
   * @param fault such as {@code kill} or {@code partition}; together with the target it tells which
   *     begin an end belongs to
   * @param target the numbers of the nodes it is done to: {@code 2}, {@code 1 3}; of a partition
   *     that cuts all ways between two sides, both: {@code 1 | 2 3}. Text beside the numbers is for
   *     people. Checkers read it: a node that is not named is expected to do its work
   */
  public static Event fault(String fault, String target, boolean begins) {
    return of(begins ? EventType.INVOKE : EventType.OK, Kind.FAULT, 0)
        .by(NEMESIS, 0, 0)
        .on(target)
        .detail(fault);
  }

  /**
   * Nodes are about to lose power, or have lost it: what they had not forced to their disks by then
   * is gone.
   *
   * @param target the numbers of the nodes
   */
  public static Event powerCut(String target, boolean begins) {
    return fault(POWER_CUT, target, begins);
  }

  /**
   * A fault that keeps other nodes from their work than its target names.
   *
   * @param victims null if they are the same
   */
  public Event victims(@Nullable Set<Integer> victims) {
    return victims == null ? this : tag(victims.stream().mapToLong(node -> 1L << node).sum());
  }

  /** A phase of the run begins. */
  public static Event phase(String phase) {
    return of(EventType.OK, Kind.PHASE, 0).by(NEMESIS, 0, 0).detail(phase);
  }

  /**
   * A term and a vote that a node has stored.
   *
   * @param process who has looked
   * @param group the replica's group, as its directory is named
   * @param vote for whom, empty if for nobody
   * @param ageMillis how long they have been stored
   */
  public static Event vote(
      String process, int node, String group, long term, String vote, long ageMillis) {
    return of(EventType.OK, Kind.REPLICA, 0)
        .by(process, node, 0)
        .on(group)
        .count(term)
        .tag(ageMillis)
        .detail(("vote " + vote).trim());
  }

  public Event by(String process, int node, int channel) {
    return new Event(
        at,
        type,
        kind,
        op,
        process,
        node,
        channel,
        target,
        value,
        intended,
        tag,
        redelivered,
        count,
        detail);
  }

  public Event on(@Nullable String target) {
    return new Event(
        at,
        type,
        kind,
        op,
        process,
        node,
        channel,
        target,
        value,
        intended,
        tag,
        redelivered,
        count,
        detail);
  }

  public Event value(@Nullable Value value) {
    return new Event(
        at,
        type,
        kind,
        op,
        process,
        node,
        channel,
        target,
        value,
        intended,
        tag,
        redelivered,
        count,
        detail);
  }

  public Event at(long nanos) {
    return new Event(
        nanos,
        type,
        kind,
        op,
        process,
        node,
        channel,
        target,
        value,
        intended,
        tag,
        redelivered,
        count,
        detail);
  }

  public Event intended(long nanos) {
    return new Event(
        at,
        type,
        kind,
        op,
        process,
        node,
        channel,
        target,
        value,
        nanos,
        tag,
        redelivered,
        count,
        detail);
  }

  public Event delivery(long tag, boolean redelivered, long count) {
    return new Event(
        at,
        type,
        kind,
        op,
        process,
        node,
        channel,
        target,
        value,
        intended,
        tag,
        redelivered,
        count,
        detail);
  }

  public Event count(long count) {
    return new Event(
        at,
        type,
        kind,
        op,
        process,
        node,
        channel,
        target,
        value,
        intended,
        tag,
        redelivered,
        count,
        detail);
  }

  public Event tag(long tag) {
    return new Event(
        at,
        type,
        kind,
        op,
        process,
        node,
        channel,
        target,
        value,
        intended,
        tag,
        redelivered,
        count,
        detail);
  }

  public Event detail(@Nullable String detail) {
    return new Event(
        at,
        type,
        kind,
        op,
        process,
        node,
        channel,
        target,
        value,
        intended,
        tag,
        redelivered,
        count,
        detail);
  }

  /** The same operation's next event. */
  public Event then(EventType next) {
    return new Event(
        UNSTAMPED,
        next,
        kind,
        op,
        process,
        node,
        channel,
        target,
        value,
        intended,
        tag,
        redelivered,
        count,
        detail);
  }
}
