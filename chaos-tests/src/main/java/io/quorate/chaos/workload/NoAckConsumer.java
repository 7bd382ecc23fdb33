package io.quorate.chaos.workload;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.EventType;
import io.quorate.chaos.history.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Consumes with {@code no-ack} (AMQP 0-9-1, 1.8.3.3): each message is settled as it is sent. It
 * leaves now and then, mostly by {@code basic.cancel}: once that is answered nothing is on its way
 * to it any more, so nothing may be missing. Sometimes it is cut off.
 */
final class NoAckConsumer extends Client {

  private static final int LOOK_MS = 50;
  private static final int CUT_ONE_IN = 5;
  private static final int CANCEL_LIMIT_SECONDS = 30;

  private final List<String> queues;
  private final int leavesAfterMs;
  private final Random random;

  /**
   * Makes one.
   *
   * @param leavesAfterMs about how long it stays
   */
  NoAckConsumer(
      Access access,
      String name,
      List<Integer> nodes,
      List<String> queues,
      int leavesAfterMs,
      long seed) {
    super(access, name, nodes);
    this.queues = List.copyOf(queues);
    this.leavesAfterMs = leavesAfterMs;
    this.random = new Random(seed);
  }

  @Override
  void serve(Link link) throws IOException, InterruptedException {
    CountDownLatch over = new CountDownLatch(1);
    link.channel().addShutdownListener(signal -> over.countDown());
    List<Receiver> receivers = new ArrayList<>();
    for (String queue : queues) {
      Receiver receiver = new Receiver(link, queue, over);
      receivers.add(receiver);
      link.call(
          link.invoke(Kind.CONSUME).on(queue).detail(Event.NO_ACK),
          () -> link.channel().basicConsume(queue, true, receiver));
    }
    long leaveAt = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(lifetime());
    while (!stopping()
        && System.nanoTime() < leaveAt
        && !over.await(LOOK_MS, TimeUnit.MILLISECONDS)) {
      // messages come on the client's own thread
    }
    if (!stopping() && random.nextInt(CUT_ONE_IN) == 0) {
      link.cut();
      return;
    }
    for (Receiver receiver : receivers) {
      receiver.cancel();
    }
  }

  private int lifetime() {
    return 1 + random.nextInt(2 * leavesAfterMs);
  }

  @Override
  void ended() {}

  private final class Receiver extends DefaultConsumer {

    private final Link link;
    private final String queue;
    private final CountDownLatch over;
    private final CountDownLatch cancelled = new CountDownLatch(1);

    Receiver(Link link, String queue, CountDownLatch over) {
      super(link.channel());
      this.link = link;
      this.queue = queue;
      this.over = over;
    }

    /** Waits until all that came before the answer was written down. */
    void cancel() throws IOException {
      link.call(
          link.invoke(Kind.CANCEL).on(queue),
          () -> {
            link.channel().basicCancel(getConsumerTag());
            try {
              if (!cancelled.await(CANCEL_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("deliveries from before the cancel are not handled");
              }
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
              throw new IOException(e);
            }
            return queue;
          });
    }

    @Override
    public void handleDelivery(
        String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
      history()
          .record(
              Consumer.delivery(link, queue, Body.parse(body), envelope, properties)
                  .detail(Event.NO_ACK));
    }

    @Override
    public void handleCancelOk(String tag) {
      cancelled.countDown();
    }

    @Override
    public void handleCancel(String tag) {
      history().record(link.invoke(Kind.CANCELLED).then(EventType.OK).on(queue));
      over.countDown();
    }
  }
}
