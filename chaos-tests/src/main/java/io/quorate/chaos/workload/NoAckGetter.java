package io.quorate.chaos.workload;

import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.ShutdownSignalException;
import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.EventType;
import io.quorate.chaos.history.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Fetches single messages with {@code basic.get} and {@code no-ack}: one that is not answered may
 * have taken a message with it.
 */
final class NoAckGetter extends Client {

  private final String queue;
  private final Duration interval;

  NoAckGetter(Access access, String name, List<Integer> nodes, String queue, Duration interval) {
    super(access, name, nodes);
    this.queue = queue;
    this.interval = interval;
  }

  @Override
  void serve(Link link) throws IOException {
    while (!stopping() && link.isOpen()) {
      if (!get(link)) {
        Await.pause(interval);
      }
    }
  }

  /** Whether there was one. */
  private boolean get(Link link) throws IOException {
    Event event = link.invoke(Kind.GET).on(queue).detail(Event.NO_ACK);
    history().record(event);
    GetResponse response;
    try {
      response = link.channel().basicGet(queue, true);
    } catch (IOException | ShutdownSignalException e) {
      history().record(event.then(EventType.INFO));
      throw e;
    }
    Event ok = event.then(EventType.OK);
    if (response != null) {
      ok =
          ok.value(Body.parse(response.getBody()))
              .delivery(
                  response.getEnvelope().getDeliveryTag(),
                  response.getEnvelope().isRedeliver(),
                  Consumer.deliveryCount(response.getProps()));
    }
    history().record(ok);
    return response != null;
  }

  @Override
  void ended() {}
}
