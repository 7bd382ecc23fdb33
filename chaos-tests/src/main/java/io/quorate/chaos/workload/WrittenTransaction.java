package io.quorate.chaos.workload;

import com.rabbitmq.client.MessageProperties;
import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.EventType;
import io.quorate.chaos.history.HistoryWriter;
import io.quorate.chaos.history.Kind;
import io.quorate.chaos.history.Message;
import io.quorate.chaos.history.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One transaction of a channel, written into the history: nothing of it happens if its commit was
 * never sent, all of it has happened once that is answered, and in between nobody knows. For one
 * thread, but for {@link #ended}.
 */
final class WrittenTransaction {

  private final Link link;
  private final HistoryWriter history;
  private final long number;

  /** The first events of what it does. Guarded by this, as all below. */
  private final List<Event> parts = new ArrayList<>();

  private boolean mayHaveHappened;
  private boolean over;

  WrittenTransaction(Link link, HistoryWriter history) {
    this.link = link;
    this.history = history;
    this.number = history.nextTransaction();
  }

  void publish(String queue, Message message, int size) throws IOException {
    byte[] body = Body.of(message, size);
    begin(link.invoke(Kind.PUBLISH).on(queue).value(new Value(message, Body.checksum(body))));
    link.channel().basicPublish("", queue, MessageProperties.MINIMAL_PERSISTENT_BASIC, body);
  }

  void ack(Settlements.Delivered delivery) throws IOException {
    begin(link.invoke(Kind.ACK).on(delivery.queue()).value(delivery.value()).tag(delivery.tag()));
    link.channel().basicAck(delivery.tag(), false);
  }

  private synchronized void begin(Event part) {
    Event numbered = part.count(number);
    history.record(numbered);
    parts.add(numbered);
  }

  void commit() throws IOException {
    synchronized (this) {
      mayHaveHappened = true;
    }
    link.call(link.invoke(Kind.COMMIT).count(number), link.channel()::txCommit);
    end(EventType.OK);
  }

  void rollback() throws IOException {
    link.call(link.invoke(Kind.ROLLBACK).count(number), link.channel()::txRollback);
    end(EventType.FAIL);
  }

  /** The channel has ended: what is not known by now never will be. */
  void ended() {
    boolean unknown;
    synchronized (this) {
      unknown = mayHaveHappened;
    }
    end(unknown ? EventType.INFO : EventType.FAIL);
  }

  private synchronized void end(EventType type) {
    if (!over) {
      over = true;
      parts.forEach(part -> history.record(Event.of(type, part.kind(), part.op())));
    }
  }
}
