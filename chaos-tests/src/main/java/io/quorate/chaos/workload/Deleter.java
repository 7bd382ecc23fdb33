package io.quorate.chaos.workload;

import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.history.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Deletes a queue that others publish to and consume from, and declares another one of the same
 * name. The only one to do so while it runs.
 */
final class Deleter extends Client {

  private final String queue;
  private final Random random;

  Deleter(Access access, String name, List<Integer> nodes, String queue, long seed) {
    super(access, name, nodes);
    this.queue = queue;
    this.random = new Random(seed);
  }

  @Override
  void serve(Link link) throws IOException {
    Definitions definitions = new Definitions(link);
    while (!stopping() && link.isOpen()) {
      declare(definitions, link, queue);
      Await.pause(Duration.ofMillis(1000 + random.nextInt(2000)));
      definitions.run(Kind.DELETE_QUEUE, queue, null, () -> link.channel().queueDelete(queue));
      Await.pause(Duration.ofMillis(random.nextInt(600)));
    }
  }

  static void declare(Definitions definitions, Link link, String queue) throws IOException {
    definitions.run(
        Kind.DECLARE_QUEUE,
        queue,
        null,
        () -> link.channel().queueDeclare(queue, true, false, false, Map.of()));
  }

  @Override
  void ended() {}
}
