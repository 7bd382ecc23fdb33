package io.quorate.chaos.workload;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import io.quorate.chaos.history.Kind;
import io.quorate.chaos.history.Message;
import io.quorate.chaos.history.Value;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes messages from a queue, publishes a result for each to another, acks them, and commits all
 * of it; sometimes it rolls back, and does the same messages again. What is not committed when it
 * is stopped goes back.
 */
final class Transactor extends Client {

  /**
   * What it does.
   *
   * @param from the queue that it takes from
   * @param to the queue of the results
   * @param prefetch of its channel, at least {@code most}
   * @param most messages in a transaction
   * @param rolledBack the part of the transactions that is rolled back, 0 to 1
   * @param size of the results, in bytes
   */
  record Plan(String from, String to, int prefetch, int most, double rolledBack, int size) {}

  private static final long LOOK_MS = 50;

  private final Plan plan;
  private final Random random;
  private volatile @Nullable WrittenTransaction current;

  Transactor(Access access, String name, List<Integer> nodes, Plan plan, long seed) {
    super(access, name, nodes);
    this.plan = plan;
    this.random = new Random(seed);
  }

  @Override
  void serve(Link link) throws IOException, InterruptedException {
    link.channel().txSelect();
    link.channel().basicQos(plan.prefetch());
    BlockingQueue<Settlements.Delivered> arrived = new LinkedBlockingQueue<>();
    Receiver receiver = new Receiver(link, arrived);
    link.call(
        link.invoke(Kind.CONSUME).on(plan.from()),
        () -> link.channel().basicConsume(plan.from(), false, receiver));
    int publisher = history().nextPublisher();
    int counter = 0;
    Deque<Settlements.Delivered> held = new ArrayDeque<>();
    while (!stopping() && link.isOpen() && !receiver.cancelled) {
      if (held.isEmpty()) {
        Settlements.Delivered first = arrived.poll(LOOK_MS, TimeUnit.MILLISECONDS);
        if (first == null) {
          continue;
        }
        held.add(first);
        arrived.drainTo(held, random.nextInt(plan.most()));
      }
      WrittenTransaction transaction = new WrittenTransaction(link, history());
      current = transaction;
      for (Settlements.Delivered delivery : held) {
        transaction.publish(plan.to(), new Message(publisher, counter++), plan.size());
        transaction.ack(delivery);
      }
      if (random.nextDouble() < plan.rolledBack()) {
        transaction.rollback();
      } else {
        transaction.commit();
        held.clear();
      }
    }
  }

  @Override
  void ended() {
    WrittenTransaction last = current;
    if (last != null) {
      last.ended();
    }
  }

  /** Notes what comes, for the client's own thread. */
  private final class Receiver extends DefaultConsumer {
    private final Link link;
    private final BlockingQueue<Settlements.Delivered> arrived;
    private volatile boolean cancelled;

    Receiver(Link link, BlockingQueue<Settlements.Delivered> arrived) {
      super(link.channel());
      this.link = link;
      this.arrived = arrived;
    }

    @Override
    public void handleDelivery(
        String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
      Value value = Body.parse(body);
      history().record(Consumer.delivery(link, plan.from(), value, envelope, properties));
      arrived.add(new Settlements.Delivered(envelope.getDeliveryTag(), plan.from(), value));
    }

    @Override
    public void handleCancel(String tag) {
      cancelled = true;
    }
  }
}
