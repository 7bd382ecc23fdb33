package io.quorate.raftqueue.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.raftqueue.api.Delivery;
import io.quorate.raftqueue.api.DeliveryListener;
import io.quorate.raftqueue.api.GetResult;
import io.quorate.raftqueue.api.QueueRef;
import io.quorate.raftqueue.api.QueueStats;
import io.quorate.raftqueue.api.Subscription;
import io.quorate.raftqueue.api.SubscriptionSpec;
import io.quorate.raftqueue.simulation.Bench.Frontend;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Queues that one node wants to delete if they are empty or unused, while another uses them. */
class ConditionalDeleteTest {

  private static final QueueRef QUEUE = new QueueRef(1, 0);

  private final Bench bench = new Bench(1, 2);
  private final Frontend deleting = bench.frontend(1);
  private final Frontend other = bench.frontend(2);
  private final List<Delivery> deliveries = new ArrayList<>();

  private final DeliveryListener consumer =
      new DeliveryListener() {
        @Override
        public void onDeliveries(List<Delivery> batch) {
          deliveries.addAll(batch);
        }

        @Override
        public void onQueueDeleted() {}
      };

  ConditionalDeleteTest() {
    deleting.connect();
    other.connect();
    settleDown();
    bench.graceEnds();
  }

  private void settleDown() {
    deleting.settleDown();
    other.settleDown();
  }

  private CompletableFuture<QueueStats> ifEmpty() {
    return deleting.client.close(QUEUE, false, true, false);
  }

  private CompletableFuture<QueueStats> ifUnused() {
    return deleting.client.close(QUEUE, true, false, false);
  }

  /** The wish to delete the queue is refused. */
  private void assertStays(CompletableFuture<QueueStats> closed) {
    settleDown();
    assertThat(closed).isCompletedExceptionally();
    assertThat(bench.deleted).isEmpty();
  }

  private CompletableFuture<Subscription> subscribe(int credit) {
    return other.client.subscribe(QUEUE, new SubscriptionSpec(false, false, 0, credit), consumer);
  }

  @Test
  void onlyReadyMessagesCount() {
    other.publish("one");
    settleDown();
    assertThat(subscribe(10)).isNotDone();
    settleDown();
    assertThat(deliveries).hasSize(1);
    CompletableFuture<QueueStats> closed = ifEmpty();
    settleDown();
    assertThat(closed).isCompletedWithValueMatching(stats -> stats.unacked() == 1);
    assertThat(bench.deleted).containsExactly(1L);
  }

  @Test
  void aQueueWithAReadyMessageStays() {
    other.publish("one");
    settleDown();
    assertStays(ifEmpty());
  }

  @Test
  void aMessageThatComesAfterTheDecisionFindsNoQueue() {
    CompletableFuture<QueueStats> closed = ifEmpty();
    bench.run();
    other.publish("too late");
    settleDown();
    assertThat(closed).isCompleted();
    assertThat(other.outcomes).hasSize(1);
    CompletableFuture<GetResult> get = other.client.get(QUEUE, true);
    settleDown();
    assertThat(get).isCompletedExceptionally();
  }

  /** Looked at first and deleted then, the queue went with the message. */
  @Test
  void aMessageThatIsNotAppliedYetKeepsTheQueue() {
    other.publish("one");
    bench.run();
    assertStays(ifEmpty());
  }

  @Test
  void aMessageThatComesBackKeepsTheQueue() {
    other.publish("one");
    settleDown();
    CompletableFuture<Subscription> subscription = subscribe(1);
    settleDown();
    other.client.requeue(QUEUE, subscription.join().id(), new long[] {1}, outcome -> {});
    bench.run();
    assertStays(ifEmpty());
  }

  @Test
  void aQueueWithAConsumerStays() {
    subscribe(1);
    settleDown();
    assertStays(ifUnused());
  }

  /** Looked at first and deleted then, it had its consumer by that time, and was told so. */
  @Test
  void aConsumerThatComesWhileItIsDecidedIsRefused() {
    CompletableFuture<QueueStats> closed = ifUnused();
    bench.run();
    CompletableFuture<Subscription> subscription = subscribe(1);
    bench.run();
    other.receive();
    assertThat(subscription).isNotDone();
    settleDown();
    assertThat(closed).isCompleted();
    assertThat(subscription).isCompletedExceptionally();
  }

  @Test
  void aConsumerThatComesFirstKeepsTheQueue() {
    CompletableFuture<Subscription> subscription = subscribe(1);
    bench.run();
    CompletableFuture<QueueStats> closed = ifUnused();
    settleDown();
    assertThat(subscription).isCompleted();
    assertThat(closed).isCompletedExceptionally();
  }

  /** A consumer may be on its way to the new leader: it is not unused before that is known. */
  @Test
  void aNewLeaderWaitsForTheConsumersOfSlowFrontends() {
    assertThat(subscribe(1)).isNotDone();
    settleDown();
    leadsAgain();
    deleting.connect();
    deleting.settleDown();
    bench.handoverEnds();
    CompletableFuture<QueueStats> closed = ifUnused();
    deleting.settleDown();
    assertThat(closed).isNotDone();
    other.connect();
    settleDown();
    assertThat(closed).isCompletedExceptionally();
    assertThat(bench.deleted).isEmpty();
  }

  /** What has been decided is carried out, whoever leads, and nothing gets in meanwhile. */
  @Test
  void theNextLeaderCompletesADeletion() {
    CompletableFuture<QueueStats> closed = ifEmpty();
    bench.commitAll();
    assertThat(bench.deleted).containsExactly(1L);
    bench.deleted.clear();
    leadsAgain();
    assertThat(bench.deleted).containsExactly(1L);
    deleting.connect();
    other.connect();
    settleDown();
    assertThat(closed).isCompleted();
    other.publish("too late");
    CompletableFuture<GetResult> get = other.client.get(QUEUE, true);
    settleDown();
    assertThat(get).isCompletedExceptionally();
    assertThat(other.outcomes).hasSize(1);
  }

  private void leadsAgain() {
    bench.replica().onLeadershipLost();
    bench.term[0]++;
    bench.replica().onLeaderReady(bench.term[0]);
    bench.commitAll();
  }
}
