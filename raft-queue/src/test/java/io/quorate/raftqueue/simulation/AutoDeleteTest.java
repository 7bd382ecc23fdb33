package io.quorate.raftqueue.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.raftqueue.api.Delivery;
import io.quorate.raftqueue.api.DeliveryListener;
import io.quorate.raftqueue.api.QueueRef;
import io.quorate.raftqueue.api.Subscription;
import io.quorate.raftqueue.api.SubscriptionSpec;
import io.quorate.raftqueue.simulation.Bench.Frontend;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Auto-delete queues whose consumers' nodes die. */
class AutoDeleteTest {

  private static final QueueRef QUEUE = new QueueRef(1, 0);

  private final Bench bench = new Bench(1, 2);
  private final Frontend consuming = bench.frontend(1);
  private final Frontend other = bench.frontend(2);

  private static final class Idle implements DeliveryListener {
    @Override
    public void onDeliveries(List<Delivery> deliveries) {}

    @Override
    public void onQueueDeleted() {}
  }

  AutoDeleteTest() {
    bench.autoDelete.add(1L);
    consuming.connect();
    other.connect();
    consuming.settleDown();
    other.settleDown();
  }

  private static CompletableFuture<Subscription> subscribe(Frontend frontend) {
    CompletableFuture<Subscription> subscription =
        frontend.client.subscribe(QUEUE, new SubscriptionSpec(false, false, 0, 10), new Idle());
    frontend.settleDown();
    return subscription;
  }

  @Test
  void aQueueGoesWithTheNodeOfItsLastConsumer() {
    assertThat(subscribe(consuming)).isCompleted();
    consuming.disconnect();
    assertThat(bench.deleted).isEmpty();
    bench.graceEnds();
    assertThat(bench.deleted).containsExactly(1L);
    assertThat(subscribe(other)).isCompletedExceptionally();
  }

  @Test
  void aQueueStaysWhileAnotherNodeConsumes() {
    assertThat(subscribe(consuming)).isCompleted();
    assertThat(subscribe(other)).isCompleted();
    consuming.disconnect();
    bench.graceEnds();
    assertThat(bench.deleted).isEmpty();
  }

  @Test
  void aQueueStaysIfItsNodeComesBackInTime() {
    assertThat(subscribe(consuming)).isCompleted();
    consuming.disconnect();
    consuming.connect();
    consuming.settleDown();
    bench.graceEnds();
    assertThat(bench.deleted).isEmpty();
  }

  @Test
  void aQueueThatNobodyHasConsumedFromStays() {
    consuming.publish("one");
    consuming.settleDown();
    consuming.disconnect();
    bench.graceEnds();
    assertThat(bench.deleted).isEmpty();
    assertThat(subscribe(other)).isCompleted();
  }

  /** Leader and consumer were on the same node: who leads next knows of the consumer by the log. */
  @Test
  void theNextLeaderDeletesAQueueWhoseConsumerWentWithTheLeader() {
    assertThat(subscribe(consuming)).isCompleted();
    bench.replica().onLeadershipLost();
    bench.replica().onLeaderReady(2);
    bench.commitAll();
    other.connect();
    other.settleDown();
    assertThat(bench.deleted).isEmpty();
    bench.handoverEnds();
    assertThat(bench.deleted).isEmpty();
    bench.waitForSlowFrontendsEnds();
    assertThat(bench.deleted).containsExactly(1L);
  }

  @Test
  void aSlowFrontendFindsItsQueueAtTheNextLeader() {
    assertThat(subscribe(consuming)).isCompleted();
    bench.replica().onLeadershipLost();
    bench.replica().onLeaderReady(2);
    bench.commitAll();
    other.connect();
    other.settleDown();
    bench.handoverEnds();
    consuming.connect();
    consuming.settleDown();
    bench.waitForSlowFrontendsEnds();
    assertThat(bench.deleted).isEmpty();
  }

  @Test
  void theNextLeaderKeepsAQueueWhoseConsumerIsHandedOver() {
    assertThat(subscribe(consuming)).isCompleted();
    bench.replica().onLeadershipLost();
    bench.replica().onLeaderReady(2);
    bench.commitAll();
    other.connect();
    consuming.connect();
    other.settleDown();
    consuming.settleDown();
    bench.handoverEnds();
    assertThat(bench.deleted).isEmpty();
  }

  /** A consumer that has heard of its subscription is known to the log. */
  @Test
  void aSubscriptionIsAnsweredWhenTheMarkIsApplied() {
    CompletableFuture<Subscription> subscription =
        consuming.client.subscribe(QUEUE, new SubscriptionSpec(false, false, 0, 10), new Idle());
    bench.run();
    consuming.receive();
    assertThat(subscription).isNotDone();
    consuming.settleDown();
    assertThat(subscription).isCompleted();
  }
}
