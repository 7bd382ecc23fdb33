package io.quorate.chaos.workload;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.EventType;
import io.quorate.chaos.history.HistoryWriter;
import io.quorate.chaos.history.Kind;
import io.quorate.chaos.history.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What is done with the deliveries of one channel, and when that is certain: {@code basic.ack} and
 * its like have no answer, but a later synchronous call on the channel is answered after them.
 * Thread-safe.
 */
final class Settlements {

  /** A delivery that is out. */
  record Delivered(long tag, String queue, Value value) {}

  private final Link link;
  private final HistoryWriter history;
  private final int prefetch;
  private final List<Event> pending = new ArrayList<>();

  /**
   * @param prefetch of the channel: asking for it again is the synchronous call
   */
  Settlements(Link link, HistoryWriter history, int prefetch) {
    this.link = link;
    this.history = history;
    this.prefetch = prefetch;
  }

  /** Acks all of them; with {@code multiple} in one method, named by the last. */
  synchronized void ack(List<Delivered> deliveries, boolean multiple) throws IOException {
    deliveries.forEach(delivery -> begin(Kind.ACK, delivery));
    Channel channel = link.channel();
    if (multiple && !deliveries.isEmpty()) {
      channel.basicAck(deliveries.get(deliveries.size() - 1).tag(), true);
    } else {
      for (Delivered delivery : deliveries) {
        channel.basicAck(delivery.tag(), false);
      }
    }
  }

  /** Gives one back. */
  synchronized void requeue(Delivered delivery, boolean byNack) throws IOException {
    begin(Kind.REQUEUE, delivery);
    giveUp(delivery, byNack, true);
  }

  /** Rejects one for good. */
  synchronized void discard(Delivered delivery, boolean byNack) throws IOException {
    begin(Kind.DISCARD, delivery);
    giveUp(delivery, byNack, false);
  }

  private void giveUp(Delivered delivery, boolean byNack, boolean requeue) throws IOException {
    if (byNack) {
      link.channel().basicNack(delivery.tag(), false, requeue);
    } else {
      link.channel().basicReject(delivery.tag(), requeue);
    }
  }

  private void begin(Kind kind, Delivered delivery) {
    Event event =
        link.invoke(kind).on(delivery.queue()).value(delivery.value()).tag(delivery.tag());
    history.record(event);
    pending.add(event);
  }

  /** Whether everything that was settled is certain. */
  synchronized boolean allCertain() {
    return pending.isEmpty();
  }

  /** Makes certain what was sent until now. Not on the thread that reads the connection. */
  void makeCertain() throws IOException {
    List<Event> sent;
    synchronized (this) {
      if (pending.isEmpty()) {
        return;
      }
      sent = new ArrayList<>(pending);
      pending.clear();
    }
    try {
      link.channel().basicQos(prefetch);
    } catch (IOException | ShutdownSignalException e) {
      sent.forEach(event -> end(event, EventType.INFO));
      throw e;
    }
    sent.forEach(event -> end(event, EventType.OK));
  }

  /** The channel has ended. */
  synchronized void unknown() {
    pending.forEach(event -> end(event, EventType.INFO));
    pending.clear();
  }

  private void end(Event begun, EventType type) {
    history.record(Event.of(type, begun.kind(), begun.op()));
  }
}
