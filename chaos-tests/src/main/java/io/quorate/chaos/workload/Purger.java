package io.quorate.chaos.workload;

import com.rabbitmq.client.ShutdownSignalException;
import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.EventType;
import io.quorate.chaos.history.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** Purges a queue that others publish to and consume from, again and again. */
final class Purger extends Client {

  private final String queue;
  private final int everyMs;
  private final Random random;

  Purger(Access access, String name, List<Integer> nodes, String queue, int everyMs, long seed) {
    super(access, name, nodes);
    this.queue = queue;
    this.everyMs = everyMs;
    this.random = new Random(seed);
  }

  @Override
  void serve(Link link) throws IOException {
    while (!stopping() && link.isOpen()) {
      Await.pause(Duration.ofMillis(everyMs / 2 + random.nextInt(everyMs)));
      purge(link);
    }
  }

  private void purge(Link link) throws IOException {
    Event event = link.invoke(Kind.PURGE).on(queue);
    history().record(event);
    Event end = event.then(EventType.INFO);
    try {
      long removed = link.channel().queuePurge(queue).getMessageCount();
      end = event.then(EventType.OK).count(removed);
    } catch (ShutdownSignalException e) {
      throw new IOException(e);
    } finally {
      history().record(end);
    }
  }

  @Override
  void ended() {}
}
