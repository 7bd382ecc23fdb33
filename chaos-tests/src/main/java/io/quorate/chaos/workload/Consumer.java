package io.quorate.chaos.workload;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.EventType;
import io.quorate.chaos.history.Kind;
import io.quorate.chaos.history.Value;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Consumes as its plan says until it is stopped; from {@link #finish} on it only acks. */
public final class Consumer extends Client {

  private static final int CERTAIN_EVERY_MS = 100;

  private final ConsumePlan plan;
  private final Random random;
  private volatile boolean finishing;
  private volatile boolean reopening;
  private volatile @Nullable Session session;

  public Consumer(Access access, String name, List<Integer> nodes, ConsumePlan plan, long seed) {
    super(access, name, nodes);
    this.plan = plan;
    this.random = new Random(seed);
  }

  @Override
  void serve(Link link) throws IOException, InterruptedException {
    Session opened = new Session(link);
    session = opened;
    link.channel().basicQos(plan.prefetch());
    for (String queue : plan.queues()) {
      opened.consume(queue);
    }
    long leaveAt = lifetime();
    while (!stopping() && !opened.over.await(CERTAIN_EVERY_MS, TimeUnit.MILLISECONDS)) {
      opened.tidy();
      if (reopening) {
        reopening = false;
        return;
      }
      if (!finishing && System.nanoTime() > leaveAt) {
        leave(link, opened);
        return;
      }
    }
    opened.tidy();
  }

  private long lifetime() {
    long millis =
        plan.closedAfterMs() == 0 ? 1 << 30 : 1 + random.nextInt(2 * plan.closedAfterMs());
    return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
  }

  /** With deliveries that are not acked: they come back. */
  private void leave(Link link, Session opened) throws IOException {
    switch (random.nextInt(3)) {
      case 0 -> link.cut();
      case 1 -> {
        opened.cancel();
        opened.tidy();
      }
      default -> {} // closed by the caller
    }
  }

  /** From now on it acks all that it holds and gets. */
  public void finish() {
    finishing = true;
  }

  /** Whether its channel is open, and it has settled for certain whatever came to it. */
  boolean holdsNothing() {
    Session opened = session;
    return opened != null && opened.over.getCount() > 0 && opened.holdsNothing();
  }

  /** Closes its channel and opens another one: what the broker thinks that it holds goes back. */
  void reopen() {
    reopening = true;
  }

  @Override
  void ended() {
    Session opened = session;
    if (opened != null) {
      opened.settlements.unknown();
    }
  }

  /** One channel. */
  private final class Session {
    private final Link link;
    private final Settlements settlements;
    private final CountDownLatch over = new CountDownLatch(1);
    private final List<String> tags = new ArrayList<>();

    /** In the order of their delivery tags. Guarded by this. */
    private final ArrayDeque<Settlements.Delivered> held = new ArrayDeque<>();

    Session(Link link) {
      this.link = link;
      this.settlements = new Settlements(link, history(), plan.prefetch());
      link.channel().addShutdownListener(signal -> over.countDown());
    }

    void consume(String queue) throws IOException {
      link.consume(
          link.invoke(Kind.CONSUME).on(queue),
          () -> tags.add(link.channel().basicConsume(queue, false, new Receiver(queue))));
    }

    void cancel() throws IOException {
      for (String tag : tags) {
        link.call(
            link.invoke(Kind.CANCEL),
            () -> {
              link.channel().basicCancel(tag);
              return tag;
            });
      }
    }

    synchronized boolean holdsNothing() {
      return held.isEmpty() && settlements.allCertain();
    }

    /** Acks what is left over at the end, and makes certain what was settled. */
    void tidy() throws IOException {
      if (finishing) {
        ackDownTo(0);
      }
      settlements.makeCertain();
    }

    synchronized void take(Settlements.Delivered delivered) throws IOException {
      double dice = finishing ? 1 : random.nextDouble();
      if (dice < plan.requeued()) {
        settlements.requeue(delivered, random.nextBoolean());
      } else if (dice < plan.requeued() + plan.discarded()) {
        settlements.discard(delivered, random.nextBoolean());
      } else {
        held.add(delivered);
        if (finishing) {
          ackDownTo(0);
        } else if (held.size() > 2 * plan.held()) {
          ackDownTo(plan.held());
        }
      }
    }

    private synchronized void ackDownTo(int left) throws IOException {
      List<Settlements.Delivered> those = new ArrayList<>();
      while (held.size() > left) {
        those.add(held.remove());
      }
      // A multiple ack covers all below, of which nothing may be left that is to be kept.
      settlements.ack(those, random.nextBoolean());
    }

    /** One consumer. */
    private final class Receiver extends DefaultConsumer {
      private final String queue;

      Receiver(String queue) {
        super(link.channel());
        this.queue = queue;
      }

      @Override
      public void handleDelivery(
          String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body)
          throws IOException {
        Value value = Body.parse(body);
        history().record(delivery(link, queue, value, envelope, properties));
        if (plan.pauseMs() > 0 && !finishing) {
          Await.pause(Duration.ofMillis(plan.pauseMs()));
        }
        try {
          take(new Settlements.Delivered(envelope.getDeliveryTag(), queue, value));
        } catch (IOException | ShutdownSignalException e) {
          over.countDown();
        }
      }

      @Override
      public void handleCancel(String tag) {
        history().record(link.invoke(Kind.CANCELLED).then(EventType.OK).on(queue));
        over.countDown();
      }
    }
  }

  /** A delivery as the history has it. */
  static Event delivery(
      Link link, String queue, Value value, Envelope envelope, AMQP.BasicProperties properties) {
    return link.invoke(Kind.DELIVER)
        .then(EventType.OK)
        .on(queue)
        .value(value)
        .delivery(envelope.getDeliveryTag(), envelope.isRedeliver(), deliveryCount(properties));
  }

  /** The header {@code x-delivery-count}; 0 without one. */
  static long deliveryCount(AMQP.BasicProperties properties) {
    Map<String, Object> headers = properties.getHeaders();
    return headers != null && headers.get("x-delivery-count") instanceof Number count
        ? count.longValue()
        : 0;
  }
}
