package io.quorate.amqp.engine;

import io.quorate.raftqueue.api.Delivery;
import io.quorate.raftqueue.api.DeliveryListener;
import io.quorate.raftqueue.api.QueueDefinition;
import io.quorate.raftqueue.api.Subscription;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A consumer of a channel.
 *
 * <pre>
 * STARTING  -> ACTIVE      the store has taken the subscription, consume-ok is written
 * STARTING  -> ENDING      the channel is gone
 * ACTIVE    -> ENDING      cancelled by the client, or the channel is gone
 * any       -> ENDED       the store has ended the subscription, refused it or deleted the queue
 * </pre>
 *
 * Deliveries that come while STARTING wait for consume-ok.
 */
final class Consumer {

  enum State {
    STARTING,
    ACTIVE,
    ENDING,
    ENDED
  }

  /** What the store tells a consumer, brought to the connection's thread. */
  interface Events {
    void onDeliveries(Consumer consumer, List<Delivery> deliveries);

    void onQueueDeleted(Consumer consumer);
  }

  final String tag;
  final QueueDefinition queue;
  final boolean autoSettle;
  // most unacknowledged deliveries out at a time
  final int prefetch;
  final CreditWindow window;
  State state = State.STARTING;
  // deliveries that the store counts as held by this consumer
  int held;
  // waits for the end of the burst to be given credit
  boolean wantsCredit;
  boolean queueDeleted;
  final List<Delivery> early = new ArrayList<>();
  private @Nullable Subscription subscription;
  private @Nullable Holder holder;

  Consumer(
      String tag, QueueDefinition queue, boolean autoSettle, int prefetch, CreditWindow window) {
    this.tag = tag;
    this.queue = queue;
    this.autoSettle = autoSettle;
    this.prefetch = prefetch;
    this.window = window;
  }

  void attached(Subscription taken) {
    subscription = taken;
    holder = new Holder(taken.queue(), taken.id(), this);
  }

  boolean isAttached() {
    return subscription != null;
  }

  Subscription subscription() {
    return Objects.requireNonNull(subscription, "not attached yet");
  }

  Holder holder() {
    return Objects.requireNonNull(holder, "not attached yet");
  }

  /** How many deliveries its own prefetch allows, those under way included. */
  long room() {
    return autoSettle ? Integer.MAX_VALUE : Math.max(0, prefetch - held);
  }

  /** The listener to give to the store. */
  DeliveryListener listener(Mailbox mailbox, Events events) {
    return new DeliveryListener() {
      @Override
      public void onDeliveries(List<Delivery> deliveries) {
        mailbox.post(new Run(deliveries, events));
      }

      @Override
      public void onQueueDeleted() {
        mailbox.post(new Gone(events));
      }
    };
  }

  private final class Run extends Mail {
    private final List<Delivery> deliveries;
    private final Events events;

    Run(List<Delivery> deliveries, Events events) {
      this.deliveries = deliveries;
      this.events = events;
    }

    @Override
    void deliver() {
      events.onDeliveries(Consumer.this, deliveries);
    }
  }

  private final class Gone extends Mail {
    private final Events events;

    Gone(Events events) {
      this.events = events;
    }

    @Override
    void deliver() {
      events.onQueueDeleted(Consumer.this);
    }
  }
}
