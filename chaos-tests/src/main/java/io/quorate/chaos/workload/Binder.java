package io.quorate.chaos.workload;

import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.history.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/**
 * Binds one queue with one key, and takes the binding away, again and again. The only one to do so.
 */
final class Binder extends Client {

  private final String queue;
  private final String key;
  private final Random random;
  private boolean bound;

  Binder(Access access, String name, List<Integer> nodes, String queue, String key, long seed) {
    super(access, name, nodes);
    this.queue = queue;
    this.key = key;
    this.random = new Random(seed);
  }

  @Override
  void serve(Link link) throws IOException {
    Definitions definitions = new Definitions(link);
    String exchange = MetadataWorkload.EXCHANGE;
    while (!stopping() && link.isOpen()) {
      bound = !bound;
      if (bound) {
        definitions.run(
            Kind.BIND,
            queue,
            exchange + " " + key,
            () -> link.channel().queueBind(queue, exchange, key));
      } else {
        definitions.run(
            Kind.UNBIND,
            queue,
            exchange + " " + key,
            () -> link.channel().queueUnbind(queue, exchange, key));
      }
      Await.pause(Duration.ofMillis((bound ? 300 : 50) + random.nextInt(400)));
    }
  }

  @Override
  void ended() {}
}
