package io.quorate.chaos.history;

import java.util.Locale;

/** What an operation is. */
public enum Kind {
  /** {@code basic.publish} until its confirm; {@code FAIL} is a refusal ({@code basic.nack}). */
  PUBLISH,
  /**
   * {@code basic.return}: a mandatory message that no queue got comes back to its publisher. Only
   * {@code OK}; the detail has the reason.
   */
  RETURN,
  /** A message arrives at a consumer. Only {@code OK}: there is nothing to see before. */
  DELIVER,
  /** {@code basic.get}; {@code OK} without a value means that the queue had none. */
  GET,
  /** {@code basic.ack} of one delivery; {@code OK} once a later synchronous call was answered. */
  ACK,
  /** {@code basic.nack} or {@code basic.reject} with requeue; certain as {@link #ACK} is. */
  REQUEUE,
  /** {@code basic.nack} or {@code basic.reject} without requeue; certain as {@link #ACK} is. */
  DISCARD,
  /**
   * {@code tx.commit}; the count is the number of its transaction, which stands in its publishes
   * and acks too. {@code INFO}: all, some or none of these may have happened.
   */
  COMMIT,
  /** {@code tx.rollback}; the count is the number of its transaction. */
  ROLLBACK,
  /**
   * A consumer is opened; the detail says if it is exclusive or without acks. {@code FAIL}: it was
   * refused, since the queue is in exclusive use or it wanted to be the only one.
   */
  CONSUME,
  /** A consumer is cancelled; what it holds stays with its channel. */
  CANCEL,
  /** {@code basic.cancel} from the broker: its queue is gone. Only {@code OK}. */
  CANCELLED,
  /** A connection and channel are opened. */
  OPEN,
  /** A channel ends, by us ({@code INVOKE} and {@code OK}) or not (only {@code INFO}). */
  CLOSE,
  DECLARE_QUEUE,
  DELETE_QUEUE,
  /** The count is how many it says that it has removed. */
  PURGE,
  DECLARE_EXCHANGE,
  DELETE_EXCHANGE,
  /** Target is the queue, detail the exchange and the routing key. */
  BIND,
  /** Target is the queue, detail the exchange and the routing key. */
  UNBIND,
  /** A passive declaration: {@code OK} says that it is there, {@code FAIL} that it is not. */
  LOOKUP,
  /** What the replicas of a queue say at the end; the detail has {@code ready}, {@code unacked}. */
  DRAIN,
  /** A leader was seen: target is the group, node the leader, count the term. */
  LEADER,
  /**
   * What a replica says: target is the group, count the term, tag the applied index. Or what it has
   * stored: the detail is {@code vote} with the vote, count the term, tag the milliseconds since
   * the file was changed.
   */
  REPLICA,
  /**
   * What a replica has: target is the group, count an index of its log, tag a digest of what it had
   * before that index.
   */
  DIGEST,
  /**
   * A fault: begins with {@code INVOKE}, ends with {@code OK}. The tag of its beginning, if any,
   * has a bit for each node that it keeps from its work: {@code 1 << node}.
   */
  FAULT,
  /** A phase of the run: {@code heal}, {@code drain} and the like. */
  PHASE;

  private static final Kind[] ALL = values();

  private final String text = name().toLowerCase(Locale.ROOT).replace('_', '-');

  /** As in the history. */
  public String text() {
    return text;
  }

  static Kind parse(String text) {
    for (Kind kind : ALL) {
      if (kind.text.equals(text)) {
        return kind;
      }
    }
    throw new IllegalArgumentException("no kind of operation: " + text);
  }
}
