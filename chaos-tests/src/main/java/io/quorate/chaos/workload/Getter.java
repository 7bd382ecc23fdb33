package io.quorate.chaos.workload;

import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.ShutdownSignalException;
import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.EventType;
import io.quorate.chaos.history.Kind;
import io.quorate.chaos.history.Value;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Fetches single messages with {@code basic.get}, acks some of them, and returns the others. */
public final class Getter extends Client {

  private final List<String> queues;
  private final Duration interval;
  private final double returned;
  private final Random random;
  private volatile @Nullable Settlements settlements;
  private volatile boolean finishing;

  /**
   * @param interval between two gets
   * @param returned the part that it gives back, 0 to 1
   */
  public Getter(
      Access access,
      String name,
      List<Integer> nodes,
      List<String> queues,
      Duration interval,
      double returned,
      long seed) {
    super(access, name, nodes);
    this.queues = List.copyOf(queues);
    this.interval = interval;
    this.returned = returned;
    this.random = new Random(seed);
  }

  /** From now on it acks all that it gets. */
  void finish() {
    finishing = true;
  }

  @Override
  void serve(Link link) throws IOException {
    Settlements opened = new Settlements(link, history(), 0);
    settlements = opened;
    for (int i = 1; !stopping() && link.isOpen(); i++) {
      get(link, opened, queues.get(random.nextInt(queues.size())));
      if (i % 5 == 0) {
        opened.makeCertain();
      }
      Await.pause(interval);
    }
    opened.makeCertain();
  }

  private void get(Link link, Settlements opened, String queue) throws IOException {
    Event event = link.invoke(Kind.GET).on(queue);
    history().record(event);
    GetResponse response;
    try {
      response = link.channel().basicGet(queue, false);
    } catch (IOException | ShutdownSignalException e) {
      history().record(event.then(EventType.INFO));
      throw e;
    }
    if (response == null) {
      history().record(event.then(EventType.OK));
      return;
    }
    Value value = Body.parse(response.getBody());
    long tag = response.getEnvelope().getDeliveryTag();
    history()
        .record(
            event
                .then(EventType.OK)
                .value(value)
                .delivery(
                    tag,
                    response.getEnvelope().isRedeliver(),
                    Consumer.deliveryCount(response.getProps())));
    Settlements.Delivered delivered = new Settlements.Delivered(tag, queue, value);
    if (!finishing && random.nextDouble() < returned) {
      opened.requeue(delivered, random.nextBoolean());
    } else {
      opened.ack(List.of(delivered), false);
    }
  }

  @Override
  void ended() {
    Settlements opened = settlements;
    if (opened != null) {
      opened.unknown();
    }
  }
}
