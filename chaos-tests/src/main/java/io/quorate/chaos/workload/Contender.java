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
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Wants to be the only consumer of a queue ({@code basic.consume} with {@code exclusive}: {@code
 * ACCESS_REFUSED} if there is another), as others do: whoever has it keeps it for a while, acks
 * what comes, and leaves by a cancel, by closing, or by being cut off; the others ask again. Some
 * ask for no more than their share, and are refused all the same while one has it alone.
 */
final class Contender extends Client {

  private static final int CERTAIN_EVERY_MS = 50;
  private static final int HELD_MS = 2000;
  private static final int ASK_AGAIN_MS = 600;
  private static final int PREFETCH = 20;
  private static final int SHARING_ONE_IN = 4;

  private final String queue;
  private final Random random;
  private volatile @Nullable Settlements settlements;

  Contender(Access access, String name, List<Integer> nodes, String queue, long seed) {
    super(access, name, nodes);
    this.queue = queue;
    this.random = new Random(seed);
  }

  @Override
  void serve(Link link) throws IOException, InterruptedException {
    boolean exclusive = random.nextInt(SHARING_ONE_IN) != 0;
    Settlements opened = new Settlements(link, history(), PREFETCH);
    settlements = opened;
    link.channel().basicQos(PREFETCH);
    Receiver receiver = new Receiver(link, opened);
    String tag = consume(link, receiver, exclusive);
    if (tag == null) {
      Await.pause(Duration.ofMillis(ASK_AGAIN_MS / 2 + random.nextInt(ASK_AGAIN_MS)));
      return;
    }
    long leaveAt =
        System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(HELD_MS / 2 + random.nextInt(HELD_MS));
    while (!stopping()
        && System.nanoTime() < leaveAt
        && !receiver.over.await(CERTAIN_EVERY_MS, TimeUnit.MILLISECONDS)) {
      opened.makeCertain();
    }
    opened.makeCertain();
    leave(link, tag);
  }

  /** The consumer's tag; null if it was refused. */
  private @Nullable String consume(Link link, Receiver receiver, boolean exclusive)
      throws IOException {
    String[] tag = new String[1];
    try {
      link.consume(
          link.invoke(Kind.CONSUME).on(queue).detail(exclusive ? Event.EXCLUSIVE : null),
          () ->
              tag[0] =
                  link.channel()
                      .basicConsume(queue, false, "", false, exclusive, Map.of(), receiver));
      return tag[0];
    } catch (IOException e) {
      if (Link.isRefusal(e)) {
        return null;
      }
      throw e;
    } catch (ShutdownSignalException e) {
      throw new IOException(e);
    }
  }

  private void leave(Link link, String tag) throws IOException {
    switch (random.nextInt(3)) {
      case 0 -> link.cut();
      case 1 ->
          link.call(
              link.invoke(Kind.CANCEL).on(queue),
              () -> {
                link.channel().basicCancel(tag);
                return tag;
              });
      default -> {} // closed by the caller
    }
  }

  @Override
  void ended() {
    Settlements opened = settlements;
    if (opened != null) {
      opened.unknown();
    }
  }

  private final class Receiver extends DefaultConsumer {

    private final Link link;
    private final Settlements settlements;
    private final CountDownLatch over = new CountDownLatch(1);

    Receiver(Link link, Settlements settlements) {
      super(link.channel());
      this.link = link;
      this.settlements = settlements;
      link.channel().addShutdownListener(signal -> over.countDown());
    }

    @Override
    public void handleDelivery(
        String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
      Value value = Body.parse(body);
      history().record(Consumer.delivery(link, queue, value, envelope, properties));
      try {
        settlements.ack(
            List.of(new Settlements.Delivered(envelope.getDeliveryTag(), queue, value)), false);
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
