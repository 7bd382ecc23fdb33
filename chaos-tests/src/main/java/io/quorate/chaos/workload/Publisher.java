package io.quorate.chaos.workload;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.MessageProperties;
import com.rabbitmq.client.Return;
import com.rabbitmq.client.ShutdownSignalException;
import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.EventType;
import io.quorate.chaos.history.Kind;
import io.quorate.chaos.history.Message;
import io.quorate.chaos.history.Value;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Publishes with confirms, open-loop: each message has a moment at which it was intended, whatever
 * happens to those before. Each connection is a new publisher of the history: what was not
 * confirmed when it ended is unknown and is not sent again.
 */
public final class Publisher extends Client {

  /** What is late by more than this is given up: nobody wants the burst of an hour's outage. */
  private static final long LATEST_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final Duration CONFIRM_LIMIT = Duration.ofSeconds(30);

  private final PublishPlan plan;
  private final Random random;
  private long intended;
  private volatile @Nullable Outstanding outstanding;

  public Publisher(Access access, String name, List<Integer> nodes, PublishPlan plan, long seed) {
    super(access, name, nodes);
    this.plan = plan;
    this.random = new Random(seed);
  }

  @Override
  void serve(Link link) throws IOException, InterruptedException {
    Channel channel = link.channel();
    Outstanding confirms = new Outstanding(history(), plan.window());
    channel.confirmSelect();
    channel.addConfirmListener(confirms::confirmed, confirms::refused);
    channel.addReturnListener(returned -> noteReturn(link, returned));
    outstanding = confirms;
    int publisher = history().nextPublisher();
    intended = intended == 0 ? history().now() : intended;
    for (int counter = 0; !stopping() && link.isOpen(); counter++) {
      awaitTurn();
      while (!stopping() && link.isOpen() && !confirms.awaitRoom(50)) {
        // the window is full; the message becomes late
      }
      if (!stopping() && link.isOpen()) {
        publish(link, confirms, new Message(publisher, counter));
      }
    }
    long deadline = System.nanoTime() + CONFIRM_LIMIT.toNanos();
    while (link.isOpen() && !confirms.isEmpty() && System.nanoTime() < deadline) {
      Await.pause(Duration.ofMillis(5));
    }
  }

  /** Sleeps until the next message is intended. */
  private void awaitTurn() {
    long interval = (long) (TimeUnit.SECONDS.toNanos(1) / plan.ratePerSecond());
    intended = Math.max(intended + interval, history().now() - LATEST_NANOS);
    long wait;
    while ((wait = intended - history().now()) > 0 && !stopping()) {
      LockSupport.parkNanos(Math.min(wait, 50_000_000));
    }
  }

  private void publish(Link link, Outstanding confirms, Message message) throws IOException {
    PublishPlan.Destination destination = plan.destination(random);
    byte[] body = Body.of(message, plan.size(random));
    boolean mandatory = plan.isMandatory(random);
    Event event =
        link.invoke(Kind.PUBLISH)
            .on(destination.queue().isEmpty() ? null : destination.queue())
            .value(new Value(message, Body.checksum(body)))
            .intended(intended)
            .detail(
                !destination.exchange().isEmpty()
                    ? destination.exchange() + " " + destination.key()
                    : mandatory ? Event.MANDATORY : null);
    confirms.begin(message.counter() + 1L, event.op());
    history().record(event);
    try {
      link.channel()
          .basicPublish(
              destination.exchange(),
              destination.key(),
              mandatory,
              MessageProperties.MINIMAL_PERSISTENT_BASIC,
              body);
    } catch (IOException | ShutdownSignalException e) {
      confirms.unknown();
      throw e;
    }
  }

  /** On the thread that reads confirms too: what comes first is written down first. */
  private void noteReturn(Link link, Return returned) {
    history()
        .record(
            link.invoke(Kind.RETURN)
                .then(EventType.OK)
                .on(returned.getRoutingKey())
                .value(Body.parse(returned.getBody()))
                .detail(returned.getReplyCode() + " " + returned.getReplyText()));
  }

  @Override
  void ended() {
    Outstanding confirms = outstanding;
    if (confirms != null) {
      confirms.unknown();
    }
  }
}
