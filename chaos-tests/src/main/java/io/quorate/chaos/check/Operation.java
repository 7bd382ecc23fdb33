package io.quorate.chaos.check;

import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.Kind;
import io.quorate.chaos.history.Message;
import org.jspecify.annotations.Nullable;

/**
 * An operation, its events put together. Times are nanoseconds since the start of the history.
 *
 * @param end when its outcome was known; its start if it has no end
 * @param target the queue, the exchange, the group; empty if none
 * @param message null if it is about none
 * @param crc of the body, with a message
 * @param intended when an open-loop process should have begun it; its start if it is not of one
 * @param tag the delivery tag; other things for some kinds; -1 if none
 * @param count of deliveries; other things for some kinds; -1 if none
 * @param detail empty if none
 */
public record Operation(
    Kind kind,
    Outcome outcome,
    String process,
    int node,
    int channel,
    String target,
    @Nullable Message message,
    int crc,
    long start,
    long end,
    long intended,
    long tag,
    boolean redelivered,
    long count,
    String detail) {

  public boolean ok() {
    return outcome == Outcome.OK;
  }

  /** The last moment at which it can take effect. */
  public long latest() {
    return outcome == Outcome.OK ? end : Long.MAX_VALUE;
  }

  /** Whether it is a delivery that needs no ack: the broker knows no more of the message. */
  public boolean settledWhenSent() {
    return isDelivery() && detail.equals(Event.NO_ACK);
  }

  /** A publish that is to come back if no queue gets it. */
  boolean mandatory() {
    return kind == Kind.PUBLISH && detail.equals(Event.MANDATORY);
  }

  /** A message that came to a client. */
  public boolean isDelivery() {
    return message != null && outcome == Outcome.OK && (kind == Kind.DELIVER || kind == Kind.GET);
  }
}
