package io.quorate.chaos.workload;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.ShutdownSignalException;
import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.EventType;
import io.quorate.chaos.history.Kind;
import io.quorate.chaos.sut.ClusterUnderTest;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeoutException;

/**
 * Declares a queue of its own, looks whether each node knows it, deletes it, and looks whether each
 * node has forgotten it. No other client uses the queue.
 */
final class Declarer extends Client {

  private final ClusterUnderTest cluster;
  private final Access access;
  private final Random random;
  private int count;

  Declarer(ClusterUnderTest cluster, Access access, String name, List<Integer> nodes, long seed) {
    super(access, name, nodes);
    this.cluster = cluster;
    this.access = access;
    this.random = new Random(seed);
  }

  @Override
  void serve(Link link) throws IOException {
    Definitions definitions = new Definitions(link);
    while (!stopping() && link.isOpen()) {
      String queue = name() + "-" + count++;
      definitions.run(
          Kind.DECLARE_QUEUE,
          queue,
          null,
          () -> link.channel().queueDeclare(queue, true, false, false, Map.of()));
      lookup(queue);
      definitions.run(Kind.DELETE_QUEUE, queue, null, () -> link.channel().queueDelete(queue));
      lookup(queue);
      Await.pause(Duration.ofMillis(100 + random.nextInt(300)));
    }
  }

  /**
   * Each on a connection of its own, since the answer that a queue is not there closes the channel.
   */
  private void lookup(String queue) {
    for (int node : cluster.nodes()) {
      if (stopping()) {
        return;
      }
      try (Link link = Link.open(access, name() + "-eye", node)) {
        lookup(link, queue);
      } catch (IOException | TimeoutException | ShutdownSignalException e) {
        // the node is not there now; the history says so
      }
    }
  }

  private void lookup(Link link, String queue) {
    Event event = link.invoke(Kind.LOOKUP).on(queue);
    history().record(event);
    EventType outcome = EventType.INFO;
    try {
      link.channel().queueDeclarePassive(queue);
      outcome = EventType.OK;
    } catch (IOException e) {
      if (e.getCause() instanceof ShutdownSignalException signal
          && signal.getReason() instanceof AMQP.Channel.Close close
          && close.getReplyCode() == AMQP.NOT_FOUND) {
        outcome = EventType.FAIL;
      }
    } catch (ShutdownSignalException e) {
      // unknown
    } finally {
      history().record(event.then(outcome));
    }
  }

  @Override
  void ended() {}
}
